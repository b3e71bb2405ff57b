// The functions of NCCL that MLNet.Procrustean calls, for processes of one machine and values in its memory: each puts its own into a file
// that all have mapped, and adds up those of all. For tests; it has no streams, GPUs or network.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SUCCESS = 0, SYSTEM_ERROR = 2, INVALID_ARGUMENT = 4, FLOAT32 = 7, SUM = 0, REMOTE_ERROR = 6, MOST = 1 << 16, MOST_RANKS = 8 };

typedef struct { char internal[128]; } Id;

typedef struct {
    pthread_barrier_t barrier;
    int count;
    volatile int ready;
    float values[MOST_RANKS][MOST];
} Shared;

typedef struct { Shared *shared; int rank; } Communicator;

int ncclGetUniqueId(Id *id) {
    memset(id, 0, sizeof *id);
    snprintf(id->internal, sizeof id->internal, "/procrustean-nccl-%d", getpid());
    memset(id->internal + 64, 'x', 64); // the second half must arrive too
    return SUCCESS;
}

int ncclCommInitRank(Communicator **communicator, int count, Id id, int rank) {
    if (count > MOST_RANKS || rank < 0 || rank >= count || id.internal[127] != 'x')
        return INVALID_ARGUMENT;
    int file = shm_open(id.internal, O_CREAT | O_RDWR, 0600);
    if (file < 0 || ftruncate(file, sizeof(Shared)) != 0)
        return SYSTEM_ERROR;
    Shared *shared = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (rank == 0) {
        pthread_barrierattr_t attributes;
        pthread_barrierattr_init(&attributes);
        pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
        pthread_barrier_init(&shared->barrier, &attributes, count);
        shared->count = count;
        shared->ready = 1;
    }
    while (!shared->ready)
        usleep(1000);
    pthread_barrier_wait(&shared->barrier);
    if (rank == 0)
        shm_unlink(id.internal);
    *communicator = malloc(sizeof(Communicator));
    (*communicator)->shared = shared;
    (*communicator)->rank = rank;
    return SUCCESS;
}

int ncclAllReduce(const float *sent, float *received, size_t count, int type, int operation, Communicator *communicator, void *stream) {
    if (type != FLOAT32 || operation != SUM || stream != NULL || count > MOST)
        return INVALID_ARGUMENT;
    Shared *shared = communicator->shared;
    memcpy(shared->values[communicator->rank], sent, count * sizeof(float));
    pthread_barrier_wait(&shared->barrier);
    for (size_t i = 0; i < count; i++) {
        float sum = 0;
        for (int rank = 0; rank < shared->count; rank++)
            sum += shared->values[rank][i];
        received[i] = sum;
    }
    pthread_barrier_wait(&shared->barrier);
    return SUCCESS;
}

int ncclCommGetAsyncError(Communicator *communicator, int *state) {
    const char *failing = getenv("NCCL_STUB_FAILING_RANK");
    *state = failing && atoi(failing) == communicator->rank ? REMOTE_ERROR : SUCCESS;
    return SUCCESS;
}

const char *ncclGetErrorString(int code) {
    return code == REMOTE_ERROR ? "remote process exited or there was a network error" : code == SUCCESS ? "no error" : "another error";
}
