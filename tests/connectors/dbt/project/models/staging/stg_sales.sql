select sale_id, product_id, quantity, sold_at from {{ source('till', 'sales') }}
