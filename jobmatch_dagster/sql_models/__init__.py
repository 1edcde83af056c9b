"""SQL models: SELECTs in ``dbt_like_sql`` with dbt's ``{{ ref() }}``, made into views and tables. No Dagster in here.

``project`` reads the folder, ``model`` a file, ``build`` writes to Postgres, ``tests`` finds wrong rows, ``lineage``
says which column comes from where.
"""
