"""What beat starts, and when. Times are UTC."""

from typing import Any

from celery.schedules import crontab

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A tick that waited while the workers were busy is of no use any more: it expires.
    "beat": {"task": "kpis.tasks.beat", "schedule": 15.0, "options": {"expires": 60}},
    "resume": {"task": "kpis.tasks.resume", "schedule": 15.0, "options": {"expires": 15}},
    "pick_up": {"task": "kpis.tasks.pick_up", "schedule": 60.0, "options": {"expires": 60}},
    "import_results": {"task": "kpis.tasks.tell_results", "schedule": 60.0, "options": {"expires": 60}},
    "messages": {"task": "staff.tasks.send_due", "schedule": 15.0, "options": {"expires": 15}},
    "old_messages": {"task": "staff.tasks.forget_old", "schedule": crontab(hour=19, minute=40)},
    "photos": {"task": "staff.tasks.sweep_photos", "schedule": crontab(hour=19, minute=50)},
    "alerts": {"task": "kpis.tasks.watch_all", "schedule": crontab(minute=5), "options": {"expires": 3000}},
    "tasks": {"task": "staff.tasks.make_all_tasks", "schedule": crontab(minute="*/15"), "options": {"expires": 800}},
    "reminders": {"task": "staff.tasks.remind_all", "schedule": crontab(minute="*/5"), "options": {"expires": 280}},
    "roster": {"task": "staff.tasks.roster_ahead", "schedule": crontab(minute=40, hour="*/6")},
    "stages": {"task": "kpis.tasks.judge_all_stages", "schedule": crontab(minute=10, hour=22, day_of_week=0)},  # Monday
    "campaigns": {"task": "campaigns.tasks.advance_all", "schedule": crontab(), "options": {"expires": 50}},
    "campaign_alarms": {
        "task": "campaigns.tasks.watch_running",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 280},
    },
    "campaign_guard": {"task": "campaigns.tasks.guard_all", "schedule": crontab(minute=10, hour="4,10,16,22")},
    "campaign_stock": {"task": "campaigns.tasks.remind_of_stock", "schedule": crontab(minute=25, hour="0,6")},
    "sites": {"task": "campaigns.tasks.remind_of_sites", "schedule": crontab(minute=20, hour="0,6")},
    "statements": {"task": "kpis.tasks.remind_of_statements", "schedule": crontab(minute=35, hour="0,16")},
    "holds": {"task": "kpis.tasks.expire_holds", "schedule": 60.0, "options": {"expires": 60}},
    "arriving": {"task": "kpis.tasks.expire_arriving", "schedule": crontab(minute=50), "options": {"expires": 3000}},
    "cleanup": {"task": "kpis.tasks.cleanup", "schedule": crontab(hour=19, minute=20)},  # 03:20 in China
}
