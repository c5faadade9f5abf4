"""What must hold on every run: conservation of people, queues, delay, money and tables."""
