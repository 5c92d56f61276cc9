"""The machine room: a real Kubernetes for tests on one machine, built where it cannot be had.

Two depths: the API alone (`lab.apiserver`, seconds, any user), and one real node boxed in
namespaces (`lab.box`: pods, storage and the project's images; Linux and root).
The room is a tool of the checkout and never part of the wheel.
"""
