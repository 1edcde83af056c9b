-- Schemas, and the people: public.users follows auth.users.
create schema if not exists private;
create schema if not exists raw;
create schema if not exists marts;
revoke all on schema private, raw, marts from public, anon, authenticated;
grant usage on schema private, raw, marts to service_role;

create table public.users (
  id uuid primary key references auth.users on delete cascade,
  email text,
  full_name text check (length(full_name) <= 200),
  headline text check (length(headline) <= 200),
  location text check (length(location) <= 200),
  phone text check (length(phone) <= 50),
  preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object' and pg_column_size(preferences) <= 16384),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_email_key on public.users (lower(email));

comment on table public.users is 'One row per account; made, renamed and removed with the row in auth.users.';
comment on column public.users.id is 'The account''s id in auth.users.';
comment on column public.users.email is 'The account''s address; follows auth.users.';
comment on column public.users.full_name is 'The name that the person goes by.';
comment on column public.users.headline is 'What the person does, in a few words.';
comment on column public.users.location is 'Where the person looks for work, as they write it.';
comment on column public.users.phone is 'How to call the person.';
comment on column public.users.preferences is 'Filters that the person chose in an app.';
comment on column public.users.created_at is 'When the account was made.';
comment on column public.users.updated_at is 'When the row last changed.';

-- Runs with its owner's rights because Supabase Auth's role has none on public.users.
create function private.follow_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.users as person (id, email, full_name)
  values (
    new.id,
    new.email,
    left(coalesce(new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'name'), 200)
  )
  on conflict (id) do update
    set email = excluded.email, updated_at = now()
    where person.email is distinct from excluded.email;
  return new;
end
$$;
revoke execute on function private.follow_account() from public, anon, authenticated;

create trigger jobmatch_follow_account
  after insert or update of email on auth.users
  for each row execute function private.follow_account();

insert into public.users (id, email, full_name, created_at)
select id, email, left(coalesce(raw_user_meta_data ->> 'full_name', raw_user_meta_data ->> 'name'), 200), coalesce(created_at, now())
from auth.users
on conflict (id) do nothing;

create function private.touch() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
revoke execute on function private.touch() from public, anon, authenticated;

create trigger touch before update on public.users
  for each row execute function private.touch();
