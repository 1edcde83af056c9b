"""A local site that speaks like the boards, and made-up people and postings whose truth is known."""
