"""A student against a judge that tells its answers from those of the models it learns from.

The judge sees an answer and what the models made of the row, and says who gave it; the student is
rewarded where the judge is wrong, by a reversed gradient (Ganin and Lempitsky 2015; Goodfellow et
al. 2014). Beside it, in the same steps, a second student learns the same without a judge: what it
reaches is what the judge is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.backend.draws import Draws
from hone_trainer.backend.keras import keras, tf
from hone_trainer.models.answers import ROWS
from hone_trainer.models.graph import open_graph
from hone_trainer.store.chunked_storage import plain
from hone_trainer.train.adversarial_terms import Student, Terms
from hone_trainer.train.objective import Objective, told
from hone_trainer.train.teacher import Teacher, Told, blended
from hone_trainer.train.validation import Validation
from hone_trainer.train.variables import name_of

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Target
    from hone_trainer.models.graph import Graph
    from hone_trainer.models.network import Network
    from hone_trainer.tasks.learned import Targets

RIVAL, JUDGE = "rival_", "judge_"
"""Before the names of the second student's layers, and of the judge's."""
FARTHEST = 10.0
"""Logits and logarithms beyond it look the same to the judge."""
TOLD, PLAIN = "valJudge", "valUnopposed"
"""What is said of the judge on validation rows, and the second student's figure."""


@dataclass(frozen=True)
class AdversarialObjective(Objective):
    """The losses of both students, and of the judge."""

    teacher: Teacher
    rival: Objective
    """Of the second student."""
    judge: Any
    """From an answer and the members' vectors to who gave it."""
    terms: Terms

    @classmethod
    def over(
        cls, graph: Graph, student: Student, network: Network, terms: Terms
    ) -> AdversarialObjective:
        """Make it; within the scope of the strategy.

        Args:
            graph: of the student.
            student: what both students are, and start as.
            network: of the members, with the share of each in their average.
            terms: how much each counts.
        """
        schema = network.schema
        teacher = Teacher.of(network)
        other = open_graph(student.model, schema, prefix=RIVAL)
        names = (name_of(weight) for weight in graph.whole.weights)
        drawn = zip(names, graph.whole.get_weights(), strict=True)
        other.whole.set_weights([plain(student.given.get(name, array)) for name, array in drawn])
        judge = _judge(schema.targets[0], teacher.members, terms)
        rival = Objective.of(other, schema)
        return cls(graph, graph.body, schema, teacher, rival, judge, terms)

    @property
    def variables(self) -> list[Any]:
        """See ``Objective.variables``."""
        return [*super().variables, *self.aside]

    @property
    def aside(self) -> list[Any]:
        """See ``Objective.aside``."""
        return [*self.rival.variables, *self.judge.trainable_variables]

    def losses(
        self, features: Any, targets: dict[str, Targets], draws: Draws | None = None
    ) -> dict[str, tuple[Any, Any]]:
        """See ``Objective.losses``: of both students, and of the judge, on the first target."""
        both = self.body, self.rival.body
        features, students = told(both, features, self.schema, draws)
        said = self.teacher.told(features)
        lead, found = self.schema.targets[0], {}
        for target in self.schema.targets:
            total, taught = 0.0, self.teacher.taught(said, target)
            for owner, given in zip((self, self.rival), students, strict=True):
                head = owner.graph.heads[target.name]
                loss, weight = target.how.loss(head, given, targets[target.name], draws)
                share = self.terms.distillation
                total += blended(target, loss, head.logits(given), taught, share)
            if target is lead:
                own = self.graph.heads[target.name].logits(students[0])
                turned = _turned(own, self.terms.adversarial)
                judged = self._judged(turned, said)
                total += _mean(judged, tf.cast(weight, tf.float32))
            found[target.name] = total, weight
        return found

    def beside(self, rows: Rows) -> dict[str, float]:
        """See ``Objective.beside``: the second student's leading figure, and how often the judge is
        right about answers to rows that it was not trained on; one half is chance.
        """
        other = self._others.get(id(rows)) or Validation(self.rival, rows)
        self._others[id(rows)] = other
        measured = other.measure()
        name = other.leading.removeprefix("val")
        found = {f"{PLAIN}{name}": measured[other.leading]} if other.leading in measured else {}
        right = np.zeros(2)
        for start in range(0, len(rows), ROWS):
            features = {n: tf.constant(v[start : start + ROWS]) for n, v in rows.features.items()}
            right += np.asarray(self._knows(features), np.float64)
        return {**found, TOLD: float(right.mean() / len(rows))}

    @cached_property
    def _others(self) -> dict[int, Validation]:
        """What measures the second student on some rows."""
        return {}

    @cached_property
    def _knows(self) -> Any:
        return tf.function(self._right, reduce_retracing=True, autograph=False)

    def _right(self, features: Any) -> Any:
        """Return how often the judge knows the student's answers, and the members', (2,)."""
        lead = self.schema.targets[0]
        told = self.teacher.told(features)
        own = self.graph.whole(features, training=False)[lead.name]
        known = [
            tf.reduce_sum(tf.cast(tf.equal(tf.argmax(said, 1), of), tf.float32))
            for said, of in self._said(own, told)
        ]
        return tf.stack([known[0], tf.reduce_mean(tf.stack(known[1:]))])

    def _judged(self, own: Any, told: Told) -> Any:
        """Return the judge's cross-entropy (rows,), half of it on the student's answers."""
        each = [
            tf.nn.sparse_softmax_cross_entropy_with_logits(tf.fill(tf.shape(said)[:1], of), said)
            for said, of in self._said(own, told)
        ]
        return 0.5 * each[0] + 0.5 * tf.add_n(each[1:]) / len(each[1:])

    def _said(self, own: Any, told: Told) -> list[tuple[Any, int]]:
        """Return what the judge says of each answer, (rows, sides), and who gave it: 0 is the
        student.
        """
        lead = self.schema.targets[0]
        vectors = [each["vector"] for each in told if "vector" in each]
        name = f"logits/{lead.name}"
        answers = [own, *(tf.stop_gradient(each[name]) for each in told)]
        said = []
        for place, answer in enumerate(answers):
            of = place if self.terms.each else min(place, 1)
            said.append((self.judge([_seen(lead, answer), *vectors]), of))
        return said


def _judge(lead: Target, members: Sequence[Any], terms: Terms) -> Any:
    """Return the judge: an answer, and each member's vector of the row, to who gave the answer."""
    given = [keras.Input((lead.outputs,), name=f"{JUDGE}answer")]
    for k, member in enumerate(members):
        if "vector" in member.output:
            width = member.output["vector"].shape[-1]
            given.append(keras.Input((width,), name=f"{JUDGE}vector{k}"))
    level = [given[0]]
    for k, each in enumerate(given[1:]):
        level.append(keras.layers.LayerNormalization(name=f"{JUDGE}level{k}")(each))
    seen = keras.layers.Concatenate(name=f"{JUDGE}seen")(level) if level[1:] else level[0]
    for k, units in enumerate(terms.layers):
        seen = keras.layers.Dense(units, "relu", name=f"{JUDGE}dense{k}")(seen)
    sides = len(members) + 1 if terms.each else 2
    return keras.Model(given, keras.layers.Dense(sides, name=f"{JUDGE}says")(seen))


def _seen(lead: Target, logits: Any) -> Any:
    """Return an answer as the judge sees it, (rows, outputs): what tells answers apart, bounded."""
    if lead.how.mixes_in == "mixture" and lead.outputs > 1:
        logits = tf.nn.log_softmax(tf.cast(logits, tf.float32))
    return tf.clip_by_value(logits, -FARTHEST, FARTHEST) / FARTHEST


def _turned(values: Any, factor: float) -> Any:
    """Return values as they are, whose gradient is turned round and multiplied."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def turned(given: Any) -> Any:
        return tf.identity(given), lambda gradient: -factor * gradient

    return turned(tf.cast(values, tf.float32))


def _mean(values: Any, weight: Any) -> Any:
    return tf.math.divide_no_nan(tf.reduce_sum(values * weight), tf.reduce_sum(weight))
