"""Child processes, pools, run directories and event sinks; knows no language and no model."""
