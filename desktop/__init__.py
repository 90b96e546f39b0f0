"""The application: Qt, the command line, start-up and shut-down. The only place that knows everything."""
