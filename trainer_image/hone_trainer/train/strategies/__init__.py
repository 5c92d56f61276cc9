"""The ways to spread one training over devices and pods: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.train.strategies.mirrored import Mirrored
from hone_trainer.train.strategies.model_partition import ModelPartition
from hone_trainer.train.strategies.multi_worker_mirrored import MultiWorkerMirrored
from hone_trainer.train.strategies.parameter_server import ParameterServer
from hone_trainer.train.strategies.single_device import SingleDevice


class AnyStrategy(OneOf):
    """How one training is spread over devices and pods."""

    single_device: SingleDevice | None = None
    """One device of one pod."""
    mirrored: Mirrored | None = None
    """All GPUs of one pod."""
    multi_worker_mirrored: MultiWorkerMirrored | None = None
    """Several pods, each with a copy of the model, gradients summed every step."""
    model_partition: ModelPartition | None = None
    """The tables of the model spread over the devices of one pod."""
    parameter_server: ParameterServer | None = None
    """Variables on servers of their own; workers that come and go."""
