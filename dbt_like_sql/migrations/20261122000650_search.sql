-- Full-text search over jobs. The search vectors lie beside the jobs, not in them: they are made once per text, and a
-- job that is merely seen again costs no search index anything. The schema is readable to everyone (so are the jobs)
-- but not exposed as an API.
create schema if not exists search;
revoke all on schema search from public;
grant usage on schema search to anon, authenticated, service_role;

create function search.configuration(language text) returns regconfig
language sql immutable parallel safe set search_path = ''
as $$
  select case language
    when 'ar' then 'pg_catalog.arabic'::regconfig
    when 'da' then 'pg_catalog.danish'::regconfig
    when 'de' then 'pg_catalog.german'::regconfig
    when 'en' then 'pg_catalog.english'::regconfig
    when 'es' then 'pg_catalog.spanish'::regconfig
    when 'fi' then 'pg_catalog.finnish'::regconfig
    when 'fr' then 'pg_catalog.french'::regconfig
    when 'hu' then 'pg_catalog.hungarian'::regconfig
    when 'it' then 'pg_catalog.italian'::regconfig
    when 'nl' then 'pg_catalog.dutch'::regconfig
    when 'no' then 'pg_catalog.norwegian'::regconfig
    when 'pt' then 'pg_catalog.portuguese'::regconfig
    when 'ro' then 'pg_catalog.romanian'::regconfig
    when 'ru' then 'pg_catalog.russian'::regconfig
    when 'sv' then 'pg_catalog.swedish'::regconfig
    when 'tr' then 'pg_catalog.turkish'::regconfig
    else 'pg_catalog.simple'::regconfig
  end
$$;

create table search.documents (
  job_id uuid primary key references public.jobs on delete cascade,
  document tsvector not null
);
create index documents_document_idx on search.documents using gin (document);
comment on table search.documents is 'Per job: title (A), company (B) and description (D) as words of its language.';
comment on column search.documents.job_id is 'The job.';
comment on column search.documents.document is 'Its words, stemmed in its language.';

create function search.document(title text, company text, description text, language text) returns tsvector
language sql immutable parallel safe set search_path = ''
as $$
  -- A tsvector holds at most 1 MB, and what stands beyond 100,000 characters is boilerplate.
  select setweight(to_tsvector(search.configuration(language), coalesce(title, '')), 'A')
    || setweight(to_tsvector('pg_catalog.simple', coalesce(company, '')), 'B')
    || setweight(to_tsvector(search.configuration(language), left(coalesce(description, ''), 100000)), 'D')
$$;

create function search.follow_job() returns trigger
language plpgsql set search_path = ''
as $$
begin
  insert into search.documents (job_id, document)
  values (new.id, search.document(new.title, new.company, new.description, new.language))
  on conflict (job_id) do update set document = excluded.document;
  return null;
end
$$;
revoke execute on function search.follow_job() from public;

create trigger search_new after insert on public.jobs
  for each row execute function search.follow_job();
create trigger search_changed after update on public.jobs
  for each row
  when (
    (old.title, old.company, old.description, old.language)
    is distinct from (new.title, new.company, new.description, new.language)
  )
  execute function search.follow_job();

alter table search.documents enable row level security;
grant select on search.documents to anon, authenticated;
grant select, insert, update, delete on search.documents to service_role;
create policy "everyone searches jobs" on search.documents for select to anon, authenticated using (true);
