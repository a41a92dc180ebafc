"""Statistical reports: made, written under, read by a second person, issued; offices' own Word layouts."""
