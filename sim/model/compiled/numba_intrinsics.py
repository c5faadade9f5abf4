"""What a processor has an instruction for and Python no word: a product of 128 bits, memory fetched early; and tables by address.

Each function here makes, for the compiler, the fast twin of a function of the same name in plain Python. Numba is imported
when one is made.

The records of both engines must stay equal.
"""

from typing import Any

import numpy as np

from sim.model.random_numbers import MULTIPLIERS, ROUNDS, WEYL

READING, KEPT_CLOSE, DATA = 0, 3, 1  # of LLVM's prefetch


def uniform_of(**options: Any) -> Any:
    """`random_numbers.uniform_of` with the processor's own product of 128 bits."""
    import numba
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

    @intrinsic  # type: ignore[untyped-decorator]
    def product(_: Any, a: Any, b: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, numbers: Any) -> Any:
            wide = ir.IntType(128)
            both = builder.mul(*(builder.zext(number, wide) for number in numbers))
            high = builder.trunc(builder.lshr(both, ir.Constant(wide, 64)), ir.IntType(64))
            return context.make_tuple(builder, signature.return_type, (high, builder.trunc(both, ir.IntType(64))))

        return types.containers.UniTuple(types.uint64, 2)(a, b), code

    first, second = (np.uint64(number) for number in MULTIPLIERS)
    weyl_first, weyl_second = (np.uint64(number) for number in WEYL)
    twelve, rounds = np.uint64(12), ROUNDS

    def number(seed, replication, person, group, service, quantity, visit):  # type: ignore[no-untyped-def]
        c0, c1, c2, c3 = np.uint64(person), group, service, quantity | np.uint64(visit)
        k0, k1 = seed, replication
        for _ in range(rounds):
            above, below = product(first, c0)
            other_above, other_below = product(second, c2)
            c0, c1, c2, c3 = other_above ^ c1 ^ k0, other_below, above ^ c3 ^ k1, below
            k0, k1 = k0 + weyl_first, k1 + weyl_second
        return (np.float64(np.int64(c0 >> twelve)) + 0.5) * 2.0**-52

    return numba.njit(error_model="numpy", _nrt=False, **options)(number)


def fetch_ahead() -> Any:
    """`engine_state.fetch_ahead`: memory is fetched while the processor goes on with other work."""
    from llvmlite import ir
    from numba.core import cgutils, types
    from numba.extending import intrinsic

    @intrinsic  # type: ignore[untyped-decorator]
    def fetch(_: Any, table: Any, row: Any) -> Any:  # noqa: ARG001 - Numba counts them
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            kind, number = signature.args[0], ir.IntType(32)
            array = context.make_array(kind)(context, builder, given[0])
            place = cgutils.get_item_pointer(context, builder, kind, array, [given[1]], wraparound=False)
            place = builder.bitcast(place, ir.IntType(8).as_pointer())
            kind_of_call = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
            instruction = cgutils.get_or_insert_function(builder.module, kind_of_call, "llvm.prefetch.p0i8")
            builder.call(instruction, [place, number(READING), number(KEPT_CLOSE), number(DATA)])
            return context.get_dummy_value()

        return types.void(table, types.intp), code

    return fetch


def by_reference() -> Any:
    """`engine_state.by_reference`: a tuple of tables is kept in memory, and functions hand on one address, not every table."""
    from numba.core import cgutils, types
    from numba.core.typing.templates import AttributeTemplate
    from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model

    class Reference(types.Type):
        def __init__(self, tables: Any) -> None:
            self.tables = tables
            super().__init__(name=f"Reference({tables.instance_class.__name__})")

        @property
        def key(self) -> Any:
            return self.tables

    @register_model(Reference)
    class Address(models.PrimitiveModel):  # type: ignore[misc]
        def __init__(self, known: Any, kind: Any) -> None:
            super().__init__(known, kind, known.lookup(kind.tables).get_value_type().as_pointer())

    @infer_getattr
    class Tables(AttributeTemplate):  # type: ignore[misc]
        key = Reference

        def generic_resolve(self, kind: Any, name: str) -> Any:
            return kind.tables[kind.tables.fields.index(name)] if name in kind.tables.fields else None

    @lower_getattr_generic(Reference)  # type: ignore[untyped-decorator]
    def table(_: Any, builder: Any, kind: Any, address: Any, name: str) -> Any:
        return builder.load(cgutils.gep_inbounds(builder, address, 0, kind.tables.fields.index(name)))

    @intrinsic  # type: ignore[untyped-decorator]
    def reference(_: Any, tables: Any) -> Any:
        def code(_: Any, builder: Any, __: Any, given: Any) -> Any:
            return cgutils.alloca_once_value(builder, given[0])

        return Reference(tables)(tables), code

    return reference
