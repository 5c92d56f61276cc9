"""The machine room: a real Kubernetes for tests, on one machine, with nothing to download ready-made.

Three depths, each costing more than the one before: the API alone (`lab.apiserver`, seconds),
and one real node boxed in namespaces (`lab.box`, with pods, storage and the project's images).
The room is a tool of the checkout and never part of the wheel.
"""
