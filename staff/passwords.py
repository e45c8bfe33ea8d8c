"""What a password must be, where Django's own sentence has no Chinese."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Django's rule with a sentence of ours (its own has no translation in the release we use)."""

    def get_error_message(self) -> str:
        said = ngettext(
            "The password needs at least %(number)d character.",
            "The password needs at least %(number)d characters.",
            self.min_length,
        )
        return said % {"number": self.min_length}
