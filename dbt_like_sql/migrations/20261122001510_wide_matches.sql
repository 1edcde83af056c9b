-- A match is two to four kilobytes of reasons that are written once and read one at a time: it stays in its row as it is,
-- for squeezing it costs more than all the rest of writing it and saves next to nothing.
alter table public.job_matches set (toast_tuple_target = 8160);
alter table private.next_matches set (toast_tuple_target = 8160);
