"""What ``--help`` says below the words of a command: what it keeps, where, and how it ends.

Each is one paragraph, which is broken to the width of the terminal.
"""

MORE = """
`hone help COMMAND` explains a command. `hone run` keeps what it makes in the folder .hone:
artifacts in .hone/artifacts, the record of a job in .hone/NAMESPACE/NAME, the output of its pods in
.hone/NAMESPACE/NAME/logs.
"""
RUN = """
The record of a job is in DIR/NAMESPACE/NAME: its status in job.json, the output of its pods in
logs. The job's own artifacts.uri is for a cluster, and is not used here. Relative paths in the job
start from the folder of its file, or from here where it comes from standard input; those on the
command line from here. Ctrl-C stops it; the same command goes on. Exit codes: 0 complete, 1 failed,
2 not a job that can be run, 130 stopped.
"""
PLAN = """
Nothing is created, and no cluster is asked. Exit codes: 0, or 2 where it is not a job that can be
run.
"""
CONVERT = """
What changed, what was not carried over and what to check goes to standard error. Exit codes: 0, or
2 where something has to be corrected first; then nothing is written.
"""
RETRY = """
It raises spec.retry of the job, which kubectl and GitOps can as well; the operator does the rest.
What failed under `hone run` is tried again by the same `hone run`. The cluster is that of
KUBECONFIG, or of ~/.kube/config. Exit codes: 0, or 2 where nothing is to be tried again, and the
text says why.
"""
SERVE = """
It speaks the Open Inference Protocol (POST /v2/models/NAME/infer) and TensorFlow Serving's predict
calls (POST /v1/models/NAME:predict); GET /v2/models/NAME says what the model reads and answers, and
GET /metrics is for Prometheus. SIGTERM lets what is at work end, and Ctrl-C does so at once. Exit
codes: 0 stopped, 2 no bundle that can be served, or no such port.
"""
PREDICT = """
Rows are read, cleaned and encoded as training rows were; what preparation would have put aside is
answered with the reason, under `refused`. A .csv or .parquet of answers holds the rows, too.
Without --output, answers go to standard output, one JSON object a line. How many rows were answered
goes to standard error. Exit codes: 0, or 2 where the bundle or the file cannot be read.
"""
RUNS = """
Every job keeps its spec, versions, dates and figures beside what it makes, on this machine and in a
cluster: a run is one job under one id, and another spec or --fresh is another run. A run is
Complete; Failed, where that was the last word of a pod; or Unfinished: at work, stopped, or ended
without a word. Exit codes: 0, or 2 where the store cannot be read.
"""
SHOW = """
The spec has what was asked for, without values of variables; with -o json also what nobody said.
latest:JOB is the newest complete run of a job, wherever a run or a bundle is named, and
s3://BUCKET/FOLDER/latest:NAMESPACE/JOB that of another store. Exit codes: 0, or 2 where there is no
such run.
"""
COMPARE = """
The first is what the second is held against. Of fields that nobody set, defaults count. A
difference is called beyond chance where its 95 % interval leaves out 0; the two figures count as
independent, which judges too carefully where both runs were tested on the same rows. Exit codes: 0,
or 2 where there is no such run.
"""
BENCH = """
Each bundle is served as `hone serve` would, and asked for its own example; beside them stand what
HTTP alone costs, and a plain handler of ten lines that answers with the first bundle. They take
turns, and figures are those of the middle turn: compare them with each other, not with those of
another day. Two cores or more, and nothing else on them, make better figures. Exit codes: 0, or 2
where a bundle cannot be served.
"""
CLEAN = """
Nothing goes without --yes. A run stays as it is where anything of it was written within AGE, where
it is the latest complete one of its job, or where it is unfinished. Of others rows, weights,
checkpoints and what was half written go; records, reports and bundles stay, and what has no bundle
keeps the last that it made. What a run that stays took over from another stays, too, and whatever
is none of a run's own is never touched. Exit codes: 0, or 2 where the store cannot be read.
"""
EXPORT = """
Parameters are the spec; figures are those of the test part with their intervals, of stages and of
epochs; tags say which versions ran, and where bundle and report lie. Asked again, it writes what is
missing and no more. Who asks, the address says (http://USER:PASSWORD@HOST), or
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN. Exit codes: 0, or 2
where there is no such run, or no server that takes it.
"""
OPERATOR = """
Its settings are variables of the environment, which the chart sets: HONE_NAMESPACES (all),
HONE_TRAINER_IMAGE, HONE_TRAINER_PULL_POLICY (IfNotPresent), HONE_PROGRESS_URL (none),
HONE_PROGRESS_AUDIENCE (hone.dev/progress), HONE_ARTIFACTS_URI (none), HONE_ARTIFACTS_ENDPOINT,
HONE_ARTIFACTS_REGION, HONE_ARTIFACTS_SECRET, HONE_WORKERS (4), HONE_RESYNC_SECONDS (60),
HONE_LOG_LEVEL (INFO), HONE_LISTEN (0.0.0.0:8080), HONE_LEADER_ELECTION (true), HONE_LEASE_NAME
(hone-operator), HONE_LEASE_SECONDS (15), POD_NAME, POD_NAMESPACE (default), POD_IP, KUBECONFIG
(none: the pod's own account). Whatever it has to remember is in the status of the jobs. It logs
JSON lines to standard error.
"""
