"""Errors grouped by who must act; each has a stable code and a sentence that names the cause and the cure."""


class AmbidexError(Exception):
    """A foreseeable fault. `str(error)` is a sentence fit for the user."""

    code = "error"


class DeviceLost(AmbidexError):
    """A device is missing or went away; whoever owns it may try again."""

    code = "device_lost"


class NotPermitted(AmbidexError):
    """The system or the policy says no; only the user can change that."""

    code = "not_permitted"


class BadSettings(AmbidexError):
    """A settings or policy file, or a command's arguments, cannot be used; the user must mend it."""

    code = "bad_settings"


class BadTrace(AmbidexError):
    """A trace or other input file cannot be read."""

    code = "bad_trace"


class ModelFailed(AmbidexError):
    """A model's file is missing or damaged, or it cannot be run."""

    code = "model_failed"


class PluginFailed(AmbidexError):
    """A plugin does not start, does not answer, or answers what makes no sense."""

    code = "plugin_failed"


class Closed(AmbidexError):
    """The other side has been shut down; stop quietly."""

    code = "closed"
