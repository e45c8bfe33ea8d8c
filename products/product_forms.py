"""What is typed about one product: its fields, SKUs, pictures, and the checklist of its page."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from products.completeness import BLOCKS, LONGEST, POINTS, QUESTIONS
from products.forms import DayInput
from products.models import SKU, Product
from products.models.catalogue import KINDS
from stores.models import Store, Supplier

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    ProductModelForm = forms.ModelForm[Product]
    SkuModelForm = forms.ModelForm[SKU]
else:
    ProductModelForm = SkuModelForm = forms.ModelForm


class DetailsForm(ProductModelForm):
    """The fields of a product but its code; a supplier is named, and made when there is none of that name."""

    supplier_name = forms.CharField(label=_("Supplier"), required=False, max_length=100)

    class Meta:
        model = Product
        fields = (
            "title", "status", "category", "style", "launched_on", "is_unstocked", "sells_function", "sells_fashion",
            "sells_extra",
        )  # fmt: skip
        widgets = {"launched_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supplier_name"].initial = self.instance.supplier.name if self.instance.supplier else ""

    def save(self, commit: bool = True) -> Product:
        name = self.cleaned_data["supplier_name"].strip()
        store = self.instance.store
        self.instance.supplier = Supplier.objects.get_or_create(store=store, name=name)[0] if name else None
        product: Product = super().save(commit)
        return product


class SkuForm(SkuModelForm):
    class Meta:
        model = SKU
        fields = ("code", "name", "barcode", "pack_size")

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.store = store

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if SKU.objects.filter(store=self.store, code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The store already has an SKU with this code."))
        return code

    def clean_pack_size(self) -> int:
        size: int = self.cleaned_data["pack_size"]
        if size < 1:
            raise forms.ValidationError(_("At least 1."))
        return size


class ChecklistForm(forms.Form):
    """The 3 selling points and 16 questions as texts and the 6 blocks as ticks."""

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in POINTS.items():
            self.fields[f"p_{key}"] = forms.CharField(
                label=_now(label), required=False, max_length=LONGEST[1], initial=getattr(product, key)
            )
        for key, label in BLOCKS.items():
            self.fields[f"b_{key}"] = forms.BooleanField(
                label=_now(label), required=False, initial=bool(product.blocks.get(key))
            )
        for key, label in QUESTIONS.items():
            self.fields[f"q_{key}"] = forms.CharField(
                label=_now(label), required=False, max_length=LONGEST[0], initial=product.answers.get(key, "")
            )

    def filled(self) -> tuple[dict[str, str], dict[str, bool], dict[str, str]]:
        """(answers, blocks, selling points), all of them."""
        answers, blocks, points = (
            {key: self.cleaned_data[f"{part}_{key}"] for key in keys}
            for part, keys in (("q", QUESTIONS), ("b", BLOCKS), ("p", POINTS))
        )
        return answers, blocks, points


class PictureForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it shows"), required=False, choices=[("", _("no type yet")), *KINDS])
    photo = forms.FileField(label=_("Picture"), required=False)
    url = forms.URLField(label=_("or its address"), required=False, max_length=500, assume_scheme="https")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors and not told.get("photo") and not told.get("url"):
            raise forms.ValidationError(_("Choose a picture or give its address."))
        return told
