-- Who may do what. Nothing is granted by default: every right that the API's roles have is in this file.
-- Policies name their roles and call auth.uid() once per statement, as (select auth.uid()).

revoke all on
  public.users, public.jobs, public.skills, public.job_skills, public.resumes, public.resume_skills,
  public.job_matches, public.match_feedback
  from public, anon, authenticated;
grant select, insert, update, delete on
  public.users, public.jobs, public.skills, public.job_skills, public.resumes, public.resume_skills,
  public.job_matches, public.match_feedback
  to service_role;
grant select, insert, update, delete on all tables in schema private, raw to service_role;
grant usage, select on all sequences in schema private, raw to service_role;
alter default privileges in schema private, raw, marts grant select, insert, update, delete on tables to service_role;

alter table public.users enable row level security;
alter table public.jobs enable row level security;
alter table public.skills enable row level security;
alter table public.job_skills enable row level security;
alter table public.resumes enable row level security;
alter table public.resume_skills enable row level security;
alter table public.job_matches enable row level security;
alter table public.match_feedback enable row level security;

-- Everyone may read jobs and skills.
grant select on public.jobs, public.skills, public.job_skills to anon, authenticated;
create policy "everyone reads jobs" on public.jobs for select to anon, authenticated using (true);
create policy "everyone reads skills" on public.skills for select to anon, authenticated using (true);
create policy "everyone reads what jobs ask for" on public.job_skills for select to anon, authenticated using (true);

-- A person reads their own rows. The account's id and address come from auth.users and are not theirs to write.
grant select on public.users, public.resumes, public.resume_skills, public.job_matches to authenticated;
grant update (full_name, headline, location, phone, preferences) on public.users to authenticated;
create policy "a person reads their own account" on public.users
  for select to authenticated using (id = (select auth.uid()));
create policy "a person edits their own profile" on public.users
  for update to authenticated using (id = (select auth.uid())) with check (id = (select auth.uid()));
create policy "a person reads their own resumes" on public.resumes
  for select to authenticated using (user_id = (select auth.uid()));
create policy "a person reads the skills of their own resumes" on public.resume_skills
  for select to authenticated using (user_id = (select auth.uid()));
create policy "a person reads their own matches" on public.job_matches
  for select to authenticated using (user_id = (select auth.uid()));

-- What a person says about a job is theirs altogether.
grant select, insert, delete on public.match_feedback to authenticated;
grant update (kind) on public.match_feedback to authenticated;
create policy "a person reads their own feedback" on public.match_feedback
  for select to authenticated using (user_id = (select auth.uid()));
create policy "a person gives feedback" on public.match_feedback
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "a person changes their own feedback" on public.match_feedback
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "a person takes back their own feedback" on public.match_feedback
  for delete to authenticated using (user_id = (select auth.uid()));
