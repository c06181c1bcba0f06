"""A numba type of eight doubles that LLVM keeps in one vector register: arithmetic, memory access, selection.

A scalar formula compiled with arguments of this type works on eight patients at once. The width is explicit, so
nothing depends on the loop vectorizer: loops over lesions stay rolled, and every lane computes the same bits
whatever its neighbours hold.
"""

from __future__ import annotations

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

WIDTH = 8
FASTMATH = {"contract", "nsz"}
_FLAGS = ("contract", "nsz")
_DOUBLE, _INT = ir.DoubleType(), ir.IntType(64)
_VECTOR, _INT_VECTOR = ir.VectorType(_DOUBLE, WIDTH), ir.VectorType(_INT, WIDTH)
_ALIGNMENT = 64


class LanesType(types.Type):
    """The numba type of eight lanes."""

    def __init__(self):
        super().__init__(name=f"Lanes{WIDTH}")


lanes = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, _VECTOR)


def _splat(builder, value):
    """Copy one double into all lanes."""
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.IntType(32)(0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH))


def _widen(builder, numba_type, value):
    return value if numba_type == lanes else _splat(builder, value)


def _define_binary(operators, instruction):
    """Lower a Python operator on lanes (and on lanes with a float) to one vector instruction."""
    cases = ((lanes, lanes), (lanes, types.float64), (types.float64, lanes))
    for python_operator in operators:
        template = type("LanesTemplate", (ConcreteTemplate,), {"cases": [signature(lanes, *case) for case in cases]})
        infer_global(python_operator)(template)

        def implementation(context, builder, sig, args):
            left, right = (_widen(builder, kind, value) for kind, value in zip(sig.args, args, strict=True))
            return getattr(builder, instruction)(left, right, flags=_FLAGS)

        for case in cases:
            lower_builtin(python_operator, *case)(implementation)


_define_binary((operator.add, operator.iadd), "fadd")
_define_binary((operator.sub, operator.isub), "fsub")
_define_binary((operator.mul, operator.imul), "fmul")
_define_binary((operator.truediv, operator.itruediv), "fdiv")


@infer_global(operator.neg)
class _NegativeTemplate(ConcreteTemplate):
    cases = (signature(lanes, lanes),)


@lower_builtin(operator.neg, lanes)
def _negative(context, builder, sig, args):
    return builder.fneg(args[0], flags=_FLAGS)


def _vector_pointer(context, builder, array_type, array, row):
    struct = context.make_array(array_type)(context, builder, array)
    return builder.gep(builder.bitcast(struct.data, _VECTOR.as_pointer()), [row])


@intrinsic
def load(typing_context, array, row):
    """Read row number `row`, eight doubles, of a 64-byte aligned array."""

    def codegen(context, builder, sig, args):
        pointer = _vector_pointer(context, builder, sig.args[0], args[0], args[1])
        return builder.load(pointer, align=_ALIGNMENT)

    return lanes(array, types.int64), codegen


@intrinsic
def store(typing_context, array, row, value):
    """Write eight lanes (or one float into all eight) to row number `row`."""
    kind = lanes if value == lanes else types.float64

    def codegen(context, builder, sig, args):
        pointer = _vector_pointer(context, builder, sig.args[0], args[0], args[1])
        builder.store(_widen(builder, sig.args[2], args[2]), pointer, align=_ALIGNMENT)
        return context.get_dummy_value()

    return types.none(array, types.int64, kind), codegen


@intrinsic
def align_stack(typing_context):
    """Start the stack frame of the calling function on a 64-byte border.

    LLVM keeps what does not fit into registers on the stack, and unless asked before it chooses registers it does so
    at any multiple of 16: rows that straddle two cache lines then cost a kernel up to half of its speed, by luck.
    """

    def codegen(context, builder, sig, args):
        slot = cgutils.alloca_once(builder, _VECTOR)
        slot.align = _ALIGNMENT
        builder.asm(ir.FunctionType(ir.VoidType(), [slot.type]), "", "r", [slot], True)
        return context.get_dummy_value()

    return types.none(), codegen


def _lane_pointer(context, builder, array_type, array, row, lane):
    struct = context.make_array(array_type)(context, builder, array)
    return builder.gep(struct.data, [builder.add(builder.mul(row, _INT(WIDTH)), lane)])


@intrinsic
def get(typing_context, array, row, lane):
    """Read one lane of a row."""

    def codegen(context, builder, sig, args):
        return builder.load(_lane_pointer(context, builder, sig.args[0], *args))

    return types.float64(array, types.int64, types.int64), codegen


@intrinsic
def put(typing_context, array, row, lane, value):
    """Write one lane of a row."""

    def codegen(context, builder, sig, args):
        builder.store(args[3], _lane_pointer(context, builder, sig.args[0], *args[:3]))
        return context.get_dummy_value()

    return types.none(array, types.int64, types.int64, types.float64), codegen


def _common(*numba_types):
    """Types of a mixed call: lanes where any argument is lanes, else float."""
    kinds = tuple(lanes if kind == lanes else types.float64 for kind in numba_types)
    return (lanes if lanes in kinds else types.float64), kinds


def _define_extremum(name, comparison):
    @intrinsic
    def extremum(typing_context, a, b):
        result, kinds = _common(a, b)

        def codegen(context, builder, sig, args):
            if result == lanes:
                args = [_widen(builder, kind, value) for kind, value in zip(sig.args, args, strict=True)]
            # asked this way round a NaN in the first argument survives, so that no failure is hidden
            return builder.select(builder.fcmp_ordered(comparison, args[1], args[0]), args[1], args[0])

        return result(*kinds), codegen

    extremum.__doc__ = f"Return the {name} of two lanes or floats."
    return extremum


minimum = _define_extremum("minimum", "<")
maximum = _define_extremum("maximum", ">")


@intrinsic
def where_positive(typing_context, condition, a, b):
    """Return `a` in the lanes where `condition` > 0, else `b`."""
    result, kinds = _common(condition, a, b)

    def codegen(context, builder, sig, args):
        test, *values = args
        if result == lanes:
            test, *values = (_widen(builder, kind, value) for kind, value in zip(sig.args, args, strict=True))
        zero = ir.Constant(test.type, [0.0] * WIDTH) if result == lanes else _DOUBLE(0.0)
        return builder.select(builder.fcmp_ordered(">", test, zero), *values)

    return result(*kinds), codegen


@intrinsic
def where_at_least(typing_context, value, limit, a, b):
    """Return `a` in the lanes where `value` >= `limit`, else `b`; `b` where either is no number."""
    result, kinds = _common(value, limit, a, b)

    def codegen(context, builder, sig, args):
        if result == lanes:
            args = [_widen(builder, kind, given) for kind, given in zip(sig.args, args, strict=True)]
        return builder.select(builder.fcmp_ordered(">=", args[0], args[1]), args[2], args[3])

    return result(*kinds), codegen


@intrinsic
def positive_lanes(typing_context, flags):
    """Return an integer whose bit i is set where lane i of `flags` is > 0."""

    def codegen(context, builder, sig, args):
        test = builder.fcmp_ordered(">", args[0], ir.Constant(_VECTOR, [0.0] * WIDTH))
        return builder.zext(builder.bitcast(test, ir.IntType(WIDTH)), _INT)

    return types.int64(lanes), codegen


def _define_unary(name):
    @intrinsic
    def unary(typing_context, a):
        kind = lanes if a == lanes else types.float64

        def codegen(context, builder, sig, args):
            llvm_type = args[0].type
            suffix = f"v{WIDTH}f64" if kind == lanes else "f64"
            function_type = ir.FunctionType(llvm_type, [llvm_type])
            function = cgutils.get_or_insert_function(builder.module, function_type, f"llvm.{name}.{suffix}")
            return builder.call(function, args)

        return kind(kind), codegen

    unary.__doc__ = f"Return the {name} of lanes or a float."
    return unary


absolute = _define_unary("fabs")
sqrt = _define_unary("sqrt")


def _integers(kind):
    """The integer LLVM type beside `kind`, and a maker of its constants."""
    if kind == lanes:
        return _INT_VECTOR, lambda value: ir.Constant(_INT_VECTOR, [value] * WIDTH)
    return _INT, _INT


@intrinsic
def times_power_of_two(typing_context, mantissa, shifted_exponent):
    """Return mantissa * 2**k, where `shifted_exponent` = k + 1.5 * 2**52 carries k in its low bits."""

    def codegen(context, builder, sig, args):
        integer, constant = _integers(sig.args[0])
        bits = builder.shl(builder.bitcast(args[1], integer), constant(52))
        return builder.bitcast(builder.add(builder.bitcast(args[0], integer), bits), args[0].type)

    return mantissa(mantissa, shifted_exponent), codegen


@intrinsic
def split_power_of_two(typing_context, x):
    """Split a positive normal x = m * 2**k with m in [sqrt(1/2), sqrt(2)): return (k + 1.5 * 2**52, m)."""
    sqrt_half_bits, shift_bits = 0x3FE6A09E667F3BCD, 0x4338000000000000

    def codegen(context, builder, sig, args):
        integer, constant = _integers(sig.args[0])
        bits = builder.bitcast(args[0], integer)
        exponent = builder.ashr(builder.sub(bits, constant(sqrt_half_bits)), constant(52))
        mantissa = builder.sub(bits, builder.shl(exponent, constant(52)))
        parts = (
            builder.bitcast(builder.add(exponent, constant(shift_bits)), args[0].type),
            builder.bitcast(mantissa, args[0].type),
        )
        return context.make_tuple(builder, sig.return_type, parts)

    return types.UniTuple(x, 2)(x), codegen
