"""Group counselling as stored: leaders, members, meetings, and what supervision looked at."""
