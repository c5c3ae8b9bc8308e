"""EfficientNet-Lite0, a network that knows 1,000 classes, for notebook 07: its weights, given layers, its builder."""

from barprop.picture_net.build import build, multiplications
from barprop.picture_net.layers import Convolution, Pad, Picture, Pointwise
from barprop.picture_net.photo import PhotoError, as_jpeg, eight_bit, read_photo, to_image
from barprop.picture_net.upload import PhotoAttack
from barprop.picture_net.weights import WeightsError, at_hand, load_tensors, read_tensors, trained

__all__ = [
    "Convolution",
    "Pad",
    "PhotoAttack",
    "PhotoError",
    "Picture",
    "Pointwise",
    "WeightsError",
    "as_jpeg",
    "at_hand",
    "build",
    "eight_bit",
    "load_tensors",
    "multiplications",
    "read_photo",
    "read_tensors",
    "to_image",
    "trained",
]
