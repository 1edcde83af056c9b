-- A match is two to four kilobytes of reasons that are written once and read one at a time: it stays in its row as it is.
-- To squeeze it would take a fifth of the work of writing it, and save a third of its room.
alter table public.job_matches set (toast_tuple_target = 8160);
alter table private.next_matches set (toast_tuple_target = 8160);
