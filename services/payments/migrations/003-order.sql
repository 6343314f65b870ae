-- Other services ask for the payment of an order.
CREATE INDEX payment_of_order ON payment (order_id);
