-- Searching jobs by distance, and paging through the newest ones: what the HTTP API asks of public.jobs.

-- The square of one degree that a point lies in. Jobs are found by squares first and measured then.
create function search.cell(lat double precision, lon double precision) returns integer
language sql immutable parallel safe set search_path = ''
as $$ select (floor(lat)::integer + 90) * 360 + (floor(lon)::integer + 180) % 360 $$;

create function search.cells(places jsonb) returns integer[]
language sql immutable parallel safe set search_path = ''
as $$
  select coalesce(array_agg(distinct search.cell((p ->> 'lat')::double precision, (p ->> 'lon')::double precision)), '{}')
  from jsonb_array_elements(case when jsonb_typeof(places) = 'array' then places else '[]' end) as p
  where case when jsonb_typeof(p -> 'lat') = 'number' and jsonb_typeof(p -> 'lon') = 'number'
    then (p ->> 'lat')::numeric between -90 and 90 and (p ->> 'lon')::numeric between -180 and 180 end
$$;

-- Great-circle distance by the haversine formula, on a sphere of the earth's mean radius.
create function search.nearest_km(places jsonb, lat double precision, lon double precision) returns double precision
language sql immutable parallel safe set search_path = ''
as $$
  select min(
    2 * 6371.0088 * asin(sqrt(least(1,
      sin(radians((p ->> 'lat')::double precision - lat) / 2) ^ 2
      + cos(radians(lat)) * cos(radians((p ->> 'lat')::double precision))
      * sin(radians((p ->> 'lon')::double precision - lon) / 2) ^ 2))))
  from jsonb_array_elements(case when jsonb_typeof(places) = 'array' then places else '[]' end) as p
  where jsonb_typeof(p -> 'lat') = 'number' and jsonb_typeof(p -> 'lon') = 'number'
$$;
revoke execute on function
  search.cell(double precision, double precision),
  search.cells(jsonb),
  search.nearest_km(jsonb, double precision, double precision)
  from public;
grant execute on function
  search.cell(double precision, double precision),
  search.cells(jsonb),
  search.nearest_km(jsonb, double precision, double precision)
  to anon, authenticated, service_role;

create index jobs_cells_idx on public.jobs using gin (search.cells(places))
  where closed_on is null and duplicate_of is null;
create index jobs_newest_idx on public.jobs (first_seen_on desc, id desc)
  where closed_on is null and duplicate_of is null;
