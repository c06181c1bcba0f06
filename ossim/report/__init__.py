"""Tables of a result: endpoints of every arm, published beside simulated outcomes, what the result assumes."""
