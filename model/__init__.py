"""The channels, the loop and the minds. No Qt, no device libraries; torch stays inside `reflex` and `training`."""
