"""Who answers first for a danger, place by place and hour by hour."""
