select product_id, name, price from {{ ref('products') }}
