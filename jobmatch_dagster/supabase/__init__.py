"""The database, files and accounts: embedded Postgres or a Supabase project, migrations, bulk writes."""
