"""Screening rounds: who is asked which questionnaire when, who has answered, and what came of it."""
