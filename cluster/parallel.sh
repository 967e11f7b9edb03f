#!/bin/sh
# A plan on machines that are reached by ssh and share a disk, with GNU parallel:
#
#     cluster/parallel.sh shoot.plan 16 -S alpha,beta,gamma
#
# 16 shards; what follows is given to parallel. A shard that ends with 75, or whose machine goes away, is
# tried up to three times, on another machine if there is one.
set -eu
plan=$(realpath -- "$1") shards=$2
shift 2

# In the same place on all machines.
longlens=${LONGLENS:-longlens}
# What ends with 1 or 2 does not get better, so parallel is not told of it; the report below is.
# shellcheck disable=SC2046
parallel --will-cite --jobs 1 --retries 3 "$@" \
    "$longlens run {2} --shard {1}/$shards --quiet; code=\$?; [ \$code -gt 2 ] || code=0; exit \$code" \
    ::: $(seq "$shards") ::: "$plan" || :

# The exit code for all shards.
exec "$longlens" report "$plan"
