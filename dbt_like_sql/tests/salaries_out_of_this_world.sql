/*
description: No median salary is above fifty million of its currency a year.
severity: warn
*/
select skill, country, currency, median
from {{ ref('salary_by_skill') }}
where median > 50000000
