#!/bin/sh
# A plan on a Slurm cluster, one task for each shard:
#
#     sbatch --array=0-7 cluster/slurm.sh shoot.plan
#
# A task that ends with 75 is put back into the queue, if slurm.conf has RequeueExit=75; so is one whose
# node died.
#SBATCH --job-name=longlens
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

# In the same place on all nodes.
longlens=${LONGLENS:-longlens}
"$longlens" run "$1" --shard auto --jobs "${SLURM_CPUS_PER_TASK:-1}" --quiet
code=$?

# What did not work three times will not work a fourth time.
if [ "$code" -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -ge 3 ]; then
    code=1
fi
exit "$code"
