"""What levels and duties are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staff.roles import Duty, Level

LEVELS: dict[str, Promise] = {
    Level.OWNER: _("Owner"),
    Level.MANAGER: _("Manager"),
    Level.MEMBER: _("Member"),
    Level.VIEWER: _("Viewer"),
    Level.CLIENT: _("Client"),
}
LEVELS_SAY: dict[str, Promise] = {
    Level.OWNER: _("Everything, the team and the store's settings too"),
    Level.MANAGER: _("Sets targets and campaigns, reads the change log"),
    Level.MEMBER: _("Imports files, enters figures, edits products"),
    Level.VIEWER: _("Reads everything, changes nothing"),
    Level.CLIENT: _("Reads today and the dashboard only"),
}
DUTIES: dict[str, Promise] = {
    Duty.OPERATIONS: _("Operations"),
    Duty.SERVICE: _("Customer service"),
    Duty.DESIGN: _("Design"),
    Duty.PROMOTION: _("Promotion"),
    Duty.LOGISTICS: _("Logistics"),
    Duty.FINANCE: _("Finance"),
    Duty.PRODUCT: _("Product management"),
    Duty.MARKETING: _("Marketing"),
}

# The things and fields of the change log, where the model has no words of its own.
KINDS: dict[str, Promise] = {
    "stores.store": _("Store"),
    "stores.channel": _("Channel"),
    "stores.channelalias": _("Channel name in files"),
    "stores.calendarday": _("Day of the calendar"),
    "stores.calendarevent": _("Event of the calendar"),
    "staff.member": _("Member"),
    "staff.invitation": _("Invitation"),
    "staff.storeduty": _("Duty"),
    "staff.dutyplan": _("People wanted for a duty"),
    "staff.shift": _("Shift"),
    "staff.shiftrequest": _("Leave or swap"),
    "staff.rosterweek": _("Week of the roster"),
    "staff.deskday": _("Day at the service desk"),
    "staff.approval": _("Approval"),
    "staff.apitoken": _("API token"),
    "staff.destination": _("Destination of messages"),
    "staff.tasktemplate": _("Task template"),
    "staff.templateversion": _("Version of a task template"),
    "products.product": _("Product"),
    "stores.supplier": _("Supplier"),
    "products.sku": _("SKU"),
    "products.listprice": _("List price"),
    "products.rank": _("Rank"),
    "products.productrules": _("Rules for products"),
    "products.newcomer": _("New style"),
    "products.competitor": _("Competitor"),
    "products.listing": _("Item id"),
    "products.cost": _("Unit cost"),
    "campaigns.campaign": _("Campaign"),
    "campaigns.campaignitem": _("Campaign price"),
    "campaigns.campaignoffer": _("Offer"),
    "campaigns.campaignrules": _("Campaign rules"),
    "campaigns.priceexception": _("Exception to the price rules"),
    "campaigns.stockdecision": _("Stock decision"),
    "kpis.target": _("Target"),
    "kpis.plan": _("Plan"),
    "kpis.dayweights": _("Weights of days"),
    "kpis.channelbudget": _("Channel budget"),
    "kpis.planowner": _("Owner of a target"),
    "kpis.milestone": _("Milestone"),
    "kpis.phase": _("Market phase"),
    "kpis.cashline": _("Cash line"),
    "kpis.entry": _("Hand entry"),
    "kpis.metricdefinition": _("KPI definition"),
    "kpis.alertrule": _("Alert rule"),
    "kpis.alert": _("Alert"),
    "kpis.closedperiod": _("Closed period"),
    "kpis.savedview": _("Saved view"),
    "kpis.upload": _("Import"),
}
FIELDS: dict[str, Promise] = {
    "user": _("person"),
    "password": _("password"),
    "second_factor": _("second factor"),
    "used_by": _("used by"),
    "channel": _("channel"),
    "product": _("product"),
    "state": _("state"),
    "on_problem": _("when rows are bad"),
    "revoked_at": _("revoked"),
    "tab": _("page"),
    "query": _("selection"),
    "is_shared": _("shared with the store"),
}
