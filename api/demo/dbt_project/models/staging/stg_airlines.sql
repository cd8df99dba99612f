select
    carrier,
    name as airline
from {{ source('ops', 'airlines') }}
