"""The office pages: each view reads the request, asks one service or reading, and shows a page."""
