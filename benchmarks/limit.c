/* The model of model.yaml in C, as fast as a small program gets: the practical limit that the others are held against.
 *
 * A person has at most one event to come, so the calendar needs no heap: a bucket for every 256 seconds holds a chain of
 * people, and is put in order only when the clock reaches it. Whoever waits for a place has no event to come and uses
 * the same link for the queue. Arrivals are never in the calendar, and nothing past the end is either.
 * Draws come from one fast stream as they are needed. Times are whole seconds, as in the ledger of bedflow.
 *
 * Written down: every stay, in the columns of that ledger; with -DWHOLE_LEDGER its people, waits and steps too.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { HOSPITAL = 0, BUCKET_BITS = 8, NOBODY = -1, NONE = -1, OUTSIDE = -1, ADMITTED = 1, WAITING = 0 };
#define NEVER ((int64_t)1 << 62)
#define DAY 86400.0

typedef struct { double mean, mu, sigma; } Length; /* days; exponential where sigma is 0 */

typedef struct {
    int64_t services, ways, out; /* services: hospital first, home last; out: the number that stands for leaving */
    double arrivals_per_day, home_share;
    const int64_t *places; /* by service; below 0: unlimited */
    const Length *stay;    /* by service, of the community and home */
    const int64_t *way_to;
    const double *way_reached; /* shares, added up */
    const Length *way_stay, *way_process; /* a process delay of mean 0 is none */
} Model;

typedef struct {
    int64_t *person, *stay, *service, *visit, *admitted, *ready, *clear, *left, *to, *planned_to, *units, *need,
        *found, *after, *bay;
} Stays;
typedef struct {
    int64_t *person, *wait, *stay, *held, *to, *otherwise, *joined, *clear, *ended, *ending, *profile;
} Waits;
typedef struct {
    int64_t *stay, *step, *started, *team_joined, *due, *finished, *dropped_at, *after;
} Steps;
typedef struct {
    int64_t *group, *number, *from_census, *arrives, *arrives_at, *profile;
} People;
typedef struct {
    Stays stays;
    Waits waits;
    Steps steps;
    People people;
} Ledger;

typedef struct {
    int64_t due;
    int32_t next; /* in a bucket or a queue */
    int32_t row;  /* of the stay they are in, NOBODY outside */
    int32_t wait, stays, visits; /* how many so far; `wait`: row of the open wait */
    int16_t waits;
    int8_t service, way, in_process;
} Person;

typedef struct {
    const Model *model;
    Ledger ledger;
    Person *people;
    int32_t *buckets;
    int64_t now, until, room;
    int64_t stay_rows, wait_rows, step_rows, person_rows;
    int32_t queue_head[8], queue_tail[8];
    int64_t free[8];
    int64_t bucket;  /* the one the clock is in ... */
    int32_t current; /* ... and its people, in order */
    uint64_t luck;
    double spare;
    int has_spare;
} World;

/* Chance: splitmix64, and Marsaglia's polar method for normal numbers. */

static inline double uniform(World *w) {
    uint64_t z = (w->luck += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static inline double normal(World *w) {
    if (w->has_spare) {
        w->has_spare = 0;
        return w->spare;
    }
    double a, b, square;
    do {
        a = 2 * uniform(w) - 1;
        b = 2 * uniform(w) - 1;
        square = a * a + b * b;
    } while (square >= 1 || square == 0);
    double scale = sqrt(-2 * log(square) / square);
    w->spare = b * scale;
    w->has_spare = 1;
    return a * scale;
}

static inline int64_t draw(World *w, const Length *length) {
    double days = length->sigma > 0 ? exp(length->mu + length->sigma * normal(w)) : -length->mean * log(uniform(w));
    return (int64_t)(days * DAY + 0.5);
}

/* The calendar. */

static inline int is_before(const World *w, int32_t a, int32_t b) {
    int64_t x = w->people[a].due, y = w->people[b].due;
    return x < y || (x == y && a < b);
}

static inline void put_in_order(World *w, int32_t who) { /* into the bucket of now */
    int32_t *link = &w->current;
    while (*link != NOBODY && is_before(w, *link, who)) link = &w->people[*link].next;
    w->people[who].next = *link;
    *link = who;
}

static inline void schedule(World *w, int32_t who, int64_t due) {
    w->people[who].due = due;
    if (due >= w->until) return;
    int64_t bucket = due >> BUCKET_BITS;
    if (bucket == w->bucket) {
        put_in_order(w, who);
        return;
    }
    w->people[who].next = w->buckets[bucket];
    w->buckets[bucket] = who;
}

static inline void open_bucket(World *w, int64_t bucket) {
    int32_t chain = w->buckets[bucket];
    w->bucket = bucket;
    w->current = NOBODY;
    while (chain != NOBODY) {
        int32_t next = w->people[chain].next;
        put_in_order(w, chain);
        chain = next;
    }
}

/* What happens to people. */

static inline void join(World *w, int32_t who, int64_t to) {
#ifdef WHOLE_LEDGER
    Person *p = &w->people[who];
    Waits *out = &w->ledger.waits;
    int64_t row = w->wait_rows++;
    p->wait = (int32_t)row;
    out->person[row] = who, out->wait[row] = p->waits++, out->stay[row] = p->row;
    out->held[row] = p->row == NOBODY ? OUTSIDE : p->service, out->to[row] = to;
    out->otherwise[row] = p->row == NOBODY ? w->model->out : NONE, out->profile[row] = 0;
    out->joined[row] = out->clear[row] = w->now, out->ended[row] = NEVER, out->ending[row] = WAITING;
#else
    (void)w, (void)who, (void)to;
#endif
}

static inline void end_wait(World *w, int32_t who) {
#ifdef WHOLE_LEDGER
    Waits *out = &w->ledger.waits;
    int64_t row = w->people[who].wait;
    out->ended[row] = w->now, out->ending[row] = ADMITTED;
#else
    (void)w, (void)who;
#endif
}

static inline int64_t next_service(World *w, Person *p) { /* settled on admission */
    const Model *m = w->model;
    if (p->service == HOSPITAL) return m->way_to[(int)p->way];
    if (p->service == m->services - 1) return HOSPITAL;
    return uniform(w) < m->home_share ? m->services - 1 : m->out;
}

static inline void admit(World *w, int32_t who, int64_t service) {
    const Model *m = w->model;
    Person *p = &w->people[who];
    const Length *length = &m->stay[service];
    p->service = (int8_t)service;
    p->in_process = 0;
    if (service == HOSPITAL) {
        double u = uniform(w);
        int way = 0;
        while (way < m->ways - 1 && u >= m->way_reached[way]) way++;
        p->way = (int8_t)way;
        length = &m->way_stay[way];
    }
    int64_t need = draw(w, length);
    Stays *out = &w->ledger.stays;
    int64_t row = w->stay_rows++;
    p->row = (int32_t)row;
    out->person[row] = who, out->stay[row] = p->stays++, out->service[row] = service;
    out->visit[row] = (p->visits >> (4 * service)) & 15;
    p->visits += 1 << (4 * service);
    out->admitted[row] = w->now, out->ready[row] = out->clear[row] = out->left[row] = NEVER;
    out->to[row] = NONE, out->planned_to[row] = next_service(w, p), out->units[row] = 1, out->need[row] = need;
    out->found[row] = out->after[row] = 0;
    w->free[service]--;
    schedule(w, who, w->now + need);
}

/* Somebody takes a place, and the place they give up goes to whoever waits for it longest, and so on. */
static void move(World *w, int32_t who, int64_t to) {
    for (;;) {
        Person *p = &w->people[who];
        int64_t held = p->row == NOBODY ? OUTSIDE : p->service;
        end_wait(w, who);
        if (held != OUTSIDE) w->ledger.stays.left[p->row] = w->now, w->ledger.stays.to[p->row] = to;
        if (to != w->model->out) admit(w, who, to);
        if (held == OUTSIDE) return;
        w->free[held]++;
        who = w->queue_head[held];
        if (who == NOBODY) return;
        w->queue_head[held] = w->people[who].next;
        to = held;
    }
}

static inline void move_or_wait(World *w, int32_t who, int64_t to) {
    join(w, who, to);
    if (to == w->model->out || w->free[to] > 0) {
        move(w, who, to);
        return;
    }
    w->people[who].next = NOBODY;
    if (w->queue_head[to] == NOBODY) w->queue_head[to] = who;
    else w->people[w->queue_tail[to]].next = who;
    w->queue_tail[to] = who;
}

static inline void clear(World *w, int32_t who) {
    int64_t row = w->people[who].row;
    w->ledger.stays.clear[row] = w->now;
    move_or_wait(w, who, w->ledger.stays.planned_to[row]);
}

static inline void ready(World *w, int32_t who) {
    Person *p = &w->people[who];
    w->ledger.stays.ready[p->row] = w->now;
    if (p->service != HOSPITAL || w->model->way_process[(int)p->way].mean == 0) {
        clear(w, who);
        return;
    }
    int64_t due = w->now + draw(w, &w->model->way_process[(int)p->way]);
#ifdef WHOLE_LEDGER
    Steps *out = &w->ledger.steps;
    int64_t row = w->step_rows++;
    p->wait = (int32_t)row; /* nobody waits while their process runs */
    out->stay[row] = p->row, out->step[row] = 0, out->started[row] = out->team_joined[row] = w->now;
    out->due[row] = due, out->finished[row] = NEVER, out->dropped_at[row] = NEVER, out->after[row] = NONE;
#endif
    p->in_process = 1;
    schedule(w, who, due);
}

static inline void happen(World *w, int32_t who) {
    Person *p = &w->people[who];
    if (!p->in_process) {
        ready(w, who);
        return;
    }
    p->in_process = 0;
#ifdef WHOLE_LEDGER
    w->ledger.steps.finished[p->wait] = w->now;
#endif
    clear(w, who);
}

static inline void arrive(World *w) {
    int32_t who = (int32_t)w->person_rows++;
    w->people[who] = (Person){.next = NOBODY, .row = NOBODY};
#ifdef WHOLE_LEDGER
    People *out = &w->ledger.people;
    out->group[who] = 0, out->number[who] = who, out->from_census[who] = 0;
    out->arrives[who] = w->now, out->arrives_at[who] = HOSPITAL, out->profile[who] = 0;
#endif
    move_or_wait(w, who, HOSPITAL);
}

/* Room for the next event: a person, and a stay and a wait for each move of the longest chain. */
static inline int is_full(const World *w) {
    return w->stay_rows + 16 > w->room || w->wait_rows + 16 > w->room || w->person_rows + 1 > w->room;
}

/* One replication; counts[] gets the rows of stays, waits, steps, people. 0 when done, 1 when there was no room. */
int replicate(const Model *model, const Ledger *ledger, uint64_t seed, int64_t until, int64_t room, int64_t *counts) {
    int64_t buckets = (until >> BUCKET_BITS) + 1;
    World world = {.model = model, .ledger = *ledger, .until = until, .room = room, .bucket = -1, .luck = seed};
    World *w = &world;
    w->luck = (uint64_t)(uniform(w) * 0x1p62); /* seeds that follow each other must not give the same stream, shifted */
    w->people = malloc((size_t)room * sizeof(Person));
    w->buckets = malloc((size_t)buckets * sizeof(int32_t));
    int failed = !w->people || !w->buckets;
    for (int64_t b = 0; !failed && b < buckets; b++) w->buckets[b] = NOBODY;
    for (int s = 0; s < model->services; s++) {
        w->queue_head[s] = NOBODY;
        w->free[s] = model->places[s] < 0 ? NEVER : model->places[s];
    }
    const Length gap = {.mean = 1 / model->arrivals_per_day};
    int64_t arrival = draw(w, &gap);
    for (int64_t b = 0; !failed && b < buckets; b++) {
        int64_t end = (b + 1) << BUCKET_BITS;
        if (end > until) end = until;
        open_bucket(w, b);
        while (!failed) {
            int64_t due = w->current == NOBODY ? NEVER : w->people[w->current].due;
            w->now = arrival <= due ? arrival : due;
            if (w->now >= end) break;
            if (arrival <= due) {
                arrive(w);
                arrival += draw(w, &gap);
            } else {
                int32_t who = w->current;
                w->current = w->people[who].next;
                happen(w, who);
            }
            failed = is_full(w);
        }
    }
    counts[0] = w->stay_rows, counts[1] = w->wait_rows, counts[2] = w->step_rows, counts[3] = w->person_rows;
    free(w->people);
    free(w->buckets);
    return failed;
}
