from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from staff.models import ApiToken, Member, User
from staff.services import forget_tokens, revoke

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    UserAdminBase = DjangoUserAdmin[User]
    MemberInlineBase = admin.TabularInline[Member, User]
    TokenAdminBase = admin.ModelAdmin[ApiToken]
else:
    UserAdminBase = DjangoUserAdmin
    MemberInlineBase, TokenAdminBase = admin.TabularInline, admin.ModelAdmin


class MemberInline(MemberInlineBase):
    model = Member
    extra = 0


@admin.register(User)
class UserAdmin(UserAdminBase):
    """Accounts; switching one off also stops its keys at once."""

    list_display = ("username", "display_name", "is_active", "is_superuser", "last_login")
    fieldsets = (
        *(DjangoUserAdmin.fieldsets or ()),
        (_("Habits"), {"fields": ("display_name", "language", "theme", "red_is_up")}),
    )
    inlines = (MemberInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only an account nobody has used: with any other go shifts, service figures and what was done. Those are
        switched off."""
        return bool(obj and obj.last_login is None and not obj.memberships.exists())

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_tokens(obj)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        forget_tokens(obj)
        super().delete_model(request, obj)


@admin.register(ApiToken)
class ApiTokenAdmin(TokenAdminBase):
    """Keys can be looked at and revoked here, never made or changed."""

    list_display = ("name", "user", "prefix", "scope", "last_used_at", "revoked_at")
    list_filter = ("scope", "stores")
    search_fields = ("name", "user__username", "prefix")
    actions = ("revoke_chosen",)
    exclude = ("digest",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False  # revoked keys stay, so that the change log can name them

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["view"])
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            revoke(token)
