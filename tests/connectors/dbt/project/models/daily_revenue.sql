select cast(s.sold_at as date) as sale_date, p.product_id, sum(s.quantity * p.price) as revenue
from {{ ref('stg_sales') }} as s
join {{ ref('products') }} as p on p.product_id = s.product_id
group by 1, 2
