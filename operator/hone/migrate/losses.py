"""What a TFJob can say and an OptimizationJob cannot: why, and what to do instead.

The words of a stage are a curated part of the pod's own. What is missing would let a job undo what
its administrator set, or is decided by Hone for all pods of a gang.
"""

PLACING = "nodes are chosen by nodeSelector and tolerations alone: label the nodes and select them"
OURS = "Hone decides this for every pod of a gang"
SHARED = "pods never share the node's own: ask for what they need by volumes and resources"
NETWORK = "pods use the cluster's network and DNS: name hosts that they can resolve"
PROBE = (
    "a gang is watched by its progress and its end: set activeDeadlineSeconds for one that hangs"
)
GROUP = "a pod's one group has the number of its user, runAsUser or 65532: give it the files"
CONFINED = "pods run without capabilities or privileges: see docs/security.md"

POD: dict[str, str] = {
    "affinity": PLACING,
    "topologySpreadConstraints": PLACING,
    "nodeName": PLACING,
    "schedulerName": "pods go to the default scheduler: let Kueue admit whole gangs instead",
    "schedulingGates": "let Kueue hold the job back, or set spec.suspend",
    "priority": "set priorityClassName, which the number belongs to",
    "preemptionPolicy": "it belongs to the priority class: set it there",
    "hostNetwork": SHARED,
    "hostPID": SHARED,
    "hostIPC": f"{SHARED}; an emptyDir of medium Memory at /dev/shm is a pod's own shared memory",
    "hostUsers": SHARED,
    "hostAliases": NETWORK,
    "dnsPolicy": NETWORK,
    "dnsConfig": NETWORK,
    "hostname": "pods get host names of their own, which TF_CONFIG lists",
    "subdomain": "pods get host names of their own, which TF_CONFIG lists",
    "setHostnameAsFQDN": OURS,
    "initContainers": "a stage runs one container: prepare in the image, or at the head of the "
    "command, such as [sh, -c, 'prepare && exec train']",
    "ephemeralContainers": "they are for debugging a pod that runs: kubectl debug adds one",
    "shareProcessNamespace": "a pod of Hone's holds one container",
    "restartPolicy": "the restartPolicy of the replica spec counted before too",
    "activeDeadlineSeconds": "set activeDeadlineSeconds of the stage, which counts restarts in",
    "terminationGracePeriodSeconds": "pods have 60 seconds from SIGTERM to SIGKILL",
    "automountServiceAccountToken": "no token of the API server is mounted",
    "enableServiceLinks": "no variables of other Services are set",
    "readinessGates": PROBE,
    "overhead": "it belongs to the runtime class: set runtimeClassName",
    "os": "pods run on Linux",
    "resources": "set resources of the stage, which are those of its one container",
    "resourceClaims": "ask for devices by resources.limits, such as nvidia.com/gpu",
    "securityContext": CONFINED,
}

CONTAINER: dict[str, str] = {
    "envFrom": "list the variables under env: plain ones by value, each key of a Secret by "
    "secretKey",
    "lifecycle": "do it in the command; SIGTERM comes 60 seconds before SIGKILL",
    "livenessProbe": PROBE,
    "readinessProbe": PROBE,
    "startupProbe": PROBE,
    "stdin": "pods read nothing",
    "stdinOnce": "pods read nothing",
    "tty": "pods have no terminal",
    "terminationMessagePath": OURS,
    "terminationMessagePolicy": OURS,
    "volumeDevices": "mount the claim as a folder: volumes with mountPath",
    "resizePolicy": "a pod keeps the resources that it began with",
    "restartPolicy": "pods are restarted as a gang: see custom.restart",
    "restartPolicyRules": "pods are restarted as a gang: see custom.restart",
}

VOLUMES: dict[str, str] = {
    "configMap": "take its values as variables under env, or put the file into the image or a "
    "PersistentVolumeClaim",
    "secret": "take its keys as variables: env with secretKey",
    "projected": "take keys of Secrets as variables: env with secretKey; the rest belongs in the "
    "image or a PersistentVolumeClaim",
    "hostPath": "pods see no folders of a node: make a PersistentVolume of kind local for it, and "
    "mount its PersistentVolumeClaim",
    "nfs": "make a PersistentVolume for it, and mount its PersistentVolumeClaim",
    "csi": "make a PersistentVolume for it, and mount its PersistentVolumeClaim",
    "ephemeral": "use emptyDir for what goes with the pod, or a PersistentVolumeClaim",
    "downwardAPI": "pods know their place from HONE_ROLE and HONE_INDEX",
    "image": "put its files into the image of the stage",
    "gitRepo": "clone at the head of the command, or put the files into the image",
}
OTHER_VOLUME = VOLUMES["nfs"]

SECURITY: dict[str, str] = {
    "runAsGroup": GROUP,
    "supplementalGroups": GROUP,
    "supplementalGroupsPolicy": GROUP,
    "fsGroup": f"{GROUP}; volumes are given to it",
    "fsGroupChangePolicy": f"{GROUP}; volumes are given to it",
    "runAsNonRoot": "pods never run as root",
    "privileged": CONFINED,
    "capabilities": CONFINED,
    "allowPrivilegeEscalation": CONFINED,
    "seccompProfile": "pods run under the runtime's own profile",
    "appArmorProfile": "pods run under the node's default profile",
    "seLinuxOptions": OURS,
    "seLinuxChangePolicy": OURS,
    "procMount": OURS,
    "sysctls": "set them on the nodes",
    "windowsOptions": "pods run on Linux",
}
