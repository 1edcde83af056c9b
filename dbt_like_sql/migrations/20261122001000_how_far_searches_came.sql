-- How far each search of a scrape came: a job is closed only on the word of the search that found it. And imports, which
-- arrive as a scrape does, but prove nothing about what has gone.

alter table private.scrape_runs
  add column kind text not null default 'scrape' check (kind in ('scrape', 'import')),
  add column searches jsonb not null default '[]';
comment on column private.scrape_runs.kind is 'scrape, or import for postings from a team''s own files.';
comment on column private.scrape_runs.searches is
  'Per search: its id (search), label, pages, postings, the total that the board stated, and how it ended: complete, '
  'capped, stale, short or broken.';
