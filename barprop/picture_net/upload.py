"""A photo of one's own: choose a file, see what the network says, and attack it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import numpy as np

from barprop.data import class_names
from barprop.picture_net.photo import PhotoError, read_photo

_EPS, _ALPHA, _STEPS = 2 / 255, 1 / 255, 10


class PhotoAttack(widgets.VBox):
    """Let the reader choose a photo and a class, and show the attack on it.

    Parameters
    ----------
    net : tuple or None
        (network, w, loss) of the picture network; None where it is not there, which is then said.
    targeted : callable
        The attack of notebook 05: targeted(net, X, targets, eps, alpha, steps).
    """

    def __init__(self, net: tuple[Any, Any, Any] | None, targeted: Callable[..., Any]) -> None:
        self._net, self._targeted = net, targeted
        self.upload = widgets.FileUpload(
            accept="image/*", multiple=False, description="Choose a photo", layout={"width": "auto"}
        )
        self.target = widgets.Combobox(
            options=class_names(), value="gibbon", ensure_option=True, description="wanted:", continuous_update=False
        )
        self.sentence = widgets.HTML()
        self.picture = widgets.Image(format="png", layout={"display": "none"})
        super().__init__([widgets.HBox([self.upload, self.target]), self.sentence, self.picture])
        if net is None:
            self.upload.disabled = self.target.disabled = True
            self.say("This needs the trained network and your layers: see the cells above that make `net`.")
        for chosen in (self.upload, self.target):
            chosen.observe(lambda _: self.show(), "value")

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any] | None:
        """Say in words what stands here, for a page without a kernel."""
        data = super()._repr_mimebundle_(**kwargs)
        if data is not None:
            data["text/plain"] = "Choose a photo of your own and a class here while the notebook's kernel runs."
        return data

    def say(self, text: str) -> None:
        """Show one sentence in place of a picture."""
        self.sentence.value = text.replace("&", "&amp;").replace("<", "&lt;")

    def show(self) -> None:
        """Read the chosen photo, attack it, and draw the result; a photo that cannot be used becomes a sentence."""
        if self._net is None or not self.upload.value or self.target.value not in class_names():
            return
        self.picture.layout.display = "none"
        try:
            X = read_photo(bytes(self.upload.value[0]["content"]))
            self.draw(X, class_names().index(self.target.value))
        except PhotoError as error:
            self.say(str(error))
        except Exception as error:  # the reader's own layers and attack are run here
            self.say(f"The attack stopped with {type(error).__name__}: {error}")

    def draw(self, X: np.ndarray, target: int) -> None:
        """Attack a photo (1, 150528) in the direction of a class, and draw before and after."""
        from barprop.pictures import photos

        network: Any
        network, w, _ = self._net or (None, None, None)
        now = X
        for step in range(_STEPS):
            self.say(f"Step {step + 1} of {_STEPS} ...")
            now = self._targeted(self._net, now, np.array([target]), _ALPHA, _ALPHA, 1)
            now = np.clip(np.clip(now, X - _EPS, X + _EPS), 0, 1)
        both = np.concatenate([X, now])
        made = photos.seen(both, network.forward(both, w), ["your photo", f"after {_STEPS} steps"])
        self.picture.value, self.picture.width, self.picture.layout.display = made.png(), str(made.width), None
        self.say("No pixel moved by more than 2 of 255 levels.")
