"""Shared by the recipes: writes ONNX graphs with onnx and numpy only.

tfjs_to_onnx.py and tflite_to_onnx.py use the operators on channels-last (NHWC) values: every value carries its static
shape (batch 1), so TensorFlow's SAME padding becomes explicit pads and shape arithmetic is folded away with numpy. A 4-D
value may exist in NHWC, in NCHW or in both; a Transpose is written only where a value is asked for in the layout it does
not have, so a convolution tower has one Transpose at its input and one at its output."""
import numpy as np
from onnx import TensorProto as T, checker, helper, numpy_helper, save

ONNX_TYPE = {np.dtype('float32'): T.FLOAT, np.dtype('int32'): T.INT32, np.dtype('int64'): T.INT64,
             np.dtype('uint8'): T.UINT8, np.dtype('bool'): T.BOOL}


class Value:
    def __init__(self, shape, dtype, const=None, last=None, first=None):
        self.shape, self.dtype, self.const = list(shape), np.dtype(dtype), const
        self.last, self.first = last, first          # ONNX names in NHWC (or the only layout) and in NCHW


def broadcast(*shapes):
    rank = max(map(len, shapes))
    padded = [[1] * (rank - len(s)) + list(s) for s in shapes]
    return [max((d for d in dims if d is not None), default=None) if None not in dims or any(d and d > 1 for d in dims)
            else None for dims in zip(*padded)]


class Graph:
    def __init__(self, batch=False):
        self.nodes, self.init, self.inputs, self.outputs, self.count = [], [], [], [], 0
        self.batch = batch           # True: the first dimension of inputs and outputs is free

    # ---- values and names
    def fresh(self):
        self.count += 1
        return f'v{self.count}'

    def const(self, array):
        array = np.asarray(array)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        return Value(array.shape, array.dtype, const=array)

    def initializer(self, array):
        name = self.fresh()
        self.init.append(numpy_helper.from_array(np.asarray(array, order='C'), name))
        return name

    def ints(self, values):
        return self.initializer(np.asarray(values, np.int64))

    def node(self, op, inputs, **attrs):
        name = self.fresh()
        self.nodes.append(helper.make_node(op, inputs, [name], **attrs))
        return name

    def name(self, v):
        """Name of v in its own (channels-last) layout."""
        if v.last is None:
            if v.const is not None:
                v.last = self.initializer(v.const)
            else:
                v.last = self.node('Transpose', [v.first], perm=[0, 2, 3, 1])
        return v.last

    def nchw(self, v):
        if v.first is None:
            if v.const is not None:
                v.first = self.initializer(v.const.transpose(0, 3, 1, 2))
            else:
                v.first = self.node('Transpose', [v.last], perm=[0, 3, 1, 2])
        return v.first

    def add(self, op, inputs, shape, dtype=np.float32, **attrs):
        return Value(shape, dtype, last=self.node(op, inputs, **attrs))

    def add_nchw(self, op, inputs, shape, **attrs):
        return Value(shape, np.float32, first=self.node(op, inputs, **attrs))

    def free_input(self, name, shape, dtype=np.float32):
        """An input with free (named) dimensions, for the recipes that work on names alone."""
        self.inputs.append(helper.make_tensor_value_info(name, ONNX_TYPE[np.dtype(dtype)], shape))
        return name

    def free_output(self, source, name, shape, dtype=np.float32):
        self.nodes.append(helper.make_node('Identity', [source], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, ONNX_TYPE[np.dtype(dtype)], shape))

    def input(self, name, shape, dtype):
        dims = [d if d is not None else 'nhwc'[i] for i, d in enumerate(shape)]
        dims[0] = 'n' if self.batch else dims[0]
        self.inputs.append(helper.make_tensor_value_info(name, ONNX_TYPE[np.dtype(dtype)], dims))
        return Value(shape, dtype, last=name)

    def output(self, v, name):
        self.nodes.append(helper.make_node('Identity', [self.name(v)], [name]))
        dims = ['n', *v.shape[1:]] if self.batch else v.shape
        self.outputs.append(helper.make_tensor_value_info(name, ONNX_TYPE[v.dtype], dims))

    def save(self, path, metadata=None):
        domains = sorted({node.domain for node in self.nodes} - {''})
        opsets = [helper.make_opsetid('', 17)] + [helper.make_opsetid(domain, 1) for domain in domains]
        model = helper.make_model(helper.make_graph(self.nodes, 'g', self.inputs, self.outputs, self.init),
                                  opset_imports=opsets, ir_version=8)
        helper.set_model_props(model, metadata or {})
        checker.check_model(model)
        save(model, path)

    # ---- operators
    @staticmethod
    def in_nchw(v):
        return v.const is None and v.first is not None and v.last is None

    def unary(self, op, x, dtype=None, **attrs):
        dtype = dtype or x.dtype
        if self.in_nchw(x):
            return Value(x.shape, dtype, first=self.node(op, [x.first], **attrs))
        return self.add(op, [self.name(x)], x.shape, dtype, **attrs)

    def clip(self, x, low=None, high=None):
        bounds = ['' if b is None else self.initializer(np.asarray(b, x.dtype)) for b in (low, high)]
        while bounds and not bounds[-1]:
            bounds.pop()
        if self.in_nchw(x):
            return Value(x.shape, x.dtype, first=self.node('Clip', [x.first] + bounds))
        return self.add('Clip', [self.name(x)] + bounds, x.shape, x.dtype)

    def binary(self, op, a, b):
        shape = broadcast(a.shape, b.shape)
        if any(self.in_nchw(v) for v in (a, b)) and all(v.const is not None or len(v.shape) == 4 for v in (a, b)):
            names = []
            for v in (a, b):
                if len(v.shape) == 4:
                    names.append(self.nchw(v))
                elif v.const.size == 1:
                    names.append(self.initializer(v.const.reshape(())))
                else:
                    names.append(self.initializer(
                        v.const.reshape([1] * (4 - v.const.ndim) + list(v.const.shape)).transpose(0, 3, 1, 2)))
            return Value(shape, a.dtype, first=self.node(op, names))
        return self.add(op, [self.name(a), self.name(b)], shape, a.dtype)

    def activation(self, x, kind):
        if kind in (None, '', 'NONE', 'Linear'):
            return x
        kind = kind.lower()
        if kind == 'relu':
            return self.unary('Relu', x)
        if kind == 'relu6':
            return self.clip(x, 0, 6)
        if kind in ('sigmoid', 'logistic'):
            return self.unary('Sigmoid', x)
        if kind in ('hardswish', 'hard_swish'):
            return self.unary('HardSwish', x)
        if kind == 'tanh':
            return self.unary('Tanh', x)
        raise NotImplementedError('activation ' + kind)

    def prelu(self, x, alpha):
        a = alpha.const
        if len(x.shape) == 4:
            a = a.reshape([1] * (4 - a.ndim) + list(a.shape)).transpose(0, 3, 1, 2)[0]
            return self.add_nchw('PRelu', [self.nchw(x), self.initializer(a)], x.shape)
        return self.add('PRelu', [self.name(x), self.initializer(a)], x.shape)

    @staticmethod
    def window(shape, kernel, stride, dilation, padding):
        """Output height/width and ONNX pads [top, left, bottom, right] for SAME, VALID or four explicit pads."""
        out, before, after = [], [], []
        for i, (n, k, s, d) in enumerate(zip(shape[1:3], kernel, stride, dilation)):
            k = (k - 1) * d + 1
            if padding == 'SAME':
                o = -(-n // s)
                total = max((o - 1) * s + k - n, 0)
                b, a = total // 2, total - total // 2
            else:
                b, a = (0, 0) if padding == 'VALID' else padding[2 * i:2 * i + 2]
                o = (n + a + b - k) // s + 1
            out.append(o), before.append(b), after.append(a)
        return out, before + after

    def conv(self, x, weight_oihw, bias, stride, dilation, padding, group=1):
        out, pads = self.window(x.shape, weight_oihw.shape[2:], stride, dilation, padding)
        inputs = [self.nchw(x), self.initializer(weight_oihw.astype(np.float32))]
        if bias is not None:
            inputs.append(self.initializer(bias.astype(np.float32).ravel()))
        return self.add_nchw('Conv', inputs, [x.shape[0], *out, weight_oihw.shape[0]], strides=list(stride),
                             dilations=list(dilation), pads=pads, group=group)

    def conv_transpose(self, x, weight_iohw, bias, stride, padding, out_hw):
        k = weight_iohw.shape[2:]
        before, after, extra = [], [], []
        for n, kk, s, o in zip(x.shape[1:3], k, stride, out_hw):
            total = (n - 1) * s + kk - o
            extra.append(max(-total, 0))
            total = max(total, 0)
            before.append(total // 2 if padding == 'SAME' else 0), after.append(total - before[-1])
        inputs = [self.nchw(x), self.initializer(weight_iohw.astype(np.float32))]
        if bias is not None:
            inputs.append(self.initializer(bias.astype(np.float32).ravel()))
        return self.add_nchw('ConvTranspose', inputs, [x.shape[0], *out_hw, weight_iohw.shape[1]],
                             strides=list(stride), pads=before + after, output_padding=extra)

    def pool(self, kind, x, kernel, stride, padding):
        out, pads = self.window(x.shape, kernel, stride, (1, 1), padding)
        shape = [x.shape[0], *out, x.shape[3]]
        if kind == 'AveragePool' and list(kernel) == x.shape[1:3] and out == [1, 1] and not any(pads):
            return self.add_nchw('GlobalAveragePool', [self.nchw(x)], shape)
        return self.add_nchw(kind, [self.nchw(x)], shape, kernel_shape=list(kernel), strides=list(stride), pads=pads)

    def resize(self, x, size, mode, align_corners, half_pixel):
        how = 'align_corners' if align_corners else 'half_pixel' if half_pixel else 'asymmetric'
        n, _, _, c = x.shape
        extra = {'nearest_mode': 'round_prefer_ceil' if align_corners else 'floor'} if mode == 'nearest' else {}
        src = self.nchw(x)
        if self.batch:
            n_now = self.node('Slice', [self.node('Shape', [src]), self.ints([0]), self.ints([1])])
            sizes = self.node('Concat', [n_now, self.ints([c, *size])], axis=0)
        else:
            sizes = self.ints([n, c, *size])
        return self.add_nchw('Resize', [src, '', '', sizes], [n, *size, c], mode=mode,
                             coordinate_transformation_mode=how, **extra)

    def reduce(self, op, x, axes, keep):
        axes = sorted(a % len(x.shape) for a in axes)
        shape = [1 if i in axes else d for i, d in enumerate(x.shape) if keep or i not in axes]
        if self.in_nchw(x) and axes == [1, 2]:
            if keep:
                return self.add_nchw('GlobalAveragePool', [x.first], shape) if op == 'ReduceMean' else \
                    self.add_nchw(op, [x.first], shape, axes=[2, 3], keepdims=1)
            return self.add(op, [x.first], shape, axes=[2, 3], keepdims=0)
        if op == 'ReduceSum':        # axes are an input from opset 13 on
            return self.add(op, [self.name(x), self.ints(axes)], shape, keepdims=int(keep))
        return self.add(op, [self.name(x)], shape, axes=axes, keepdims=int(keep))

    def concat(self, xs, axis):
        axis %= len(xs[0].shape)
        shape = list(xs[0].shape)
        shape[axis] = sum(x.shape[axis] for x in xs)
        if len(shape) == 4 and all(self.in_nchw(x) for x in xs):
            return self.add_nchw('Concat', [x.first for x in xs], shape, axis=[0, 2, 3, 1][axis])
        return self.add('Concat', [self.name(x) for x in xs], shape, xs[0].dtype, axis=axis)

    def pad(self, x, pads, value=0.0):
        pads = np.asarray(pads).reshape(-1, 2)
        shape = [d + int(p.sum()) for d, p in zip(x.shape, pads)]
        fill = [self.initializer(np.asarray(value, x.dtype))] if value else []
        if len(shape) == 4:
            p = pads[[0, 3, 1, 2]]
            return self.add_nchw('Pad', [self.nchw(x), self.ints(np.r_[p[:, 0], p[:, 1]])] + fill, shape)
        return self.add('Pad', [self.name(x), self.ints(np.r_[pads[:, 0], pads[:, 1]])] + fill, shape, x.dtype)

    def reshape(self, x, shape):
        shape = [int(d) for d in shape]
        if -1 in shape:
            known = int(np.prod([d for d in shape if d != -1]))
            shape[shape.index(-1)] = int(np.prod(x.shape)) // known
        # a 1x1 map is the same bytes in both layouts
        src = x.first if self.in_nchw(x) and x.shape[1:3] == [1, 1] else self.name(x)
        keep = self.batch and x.shape[:1] == shape[:1] == [1]           # 0: copy the input's batch
        return self.add('Reshape', [src, self.ints([0, *shape[1:]] if keep else shape)], shape, x.dtype)

    def transpose(self, x, perm):
        perm = [int(p) for p in perm]
        return self.add('Transpose', [self.name(x)], [x.shape[p] for p in perm], x.dtype, perm=perm)

    def cast(self, x, dtype):
        if x.dtype == np.dtype(dtype):
            return x
        return self.unary('Cast', x, dtype, to=ONNX_TYPE[np.dtype(dtype)])

    def matmul(self, x, weight, bias, trans_b=False):
        w = weight.const.T if trans_b else weight.const
        y = self.add('MatMul', [self.name(x), self.initializer(w.astype(np.float32))], [*x.shape[:-1], w.shape[1]])
        return y if bias is None else self.add('Add', [self.name(y), self.initializer(bias.const)], y.shape)

    def strided_slice(self, x, begin, end, stride, begin_mask, end_mask, shrink_mask):
        axes, starts, ends, shape, squeeze = [], [], [], [], []
        for i, d in enumerate(x.shape):
            if i >= len(begin):
                shape.append(d)
                continue
            s = int(stride[i])
            if shrink_mask >> i & 1:
                b = int(begin[i]) % d
                e, s = b + 1, 1
                squeeze.append(i)
            else:
                b, e, s = slice(None if begin_mask >> i & 1 else int(begin[i]),
                                None if end_mask >> i & 1 else int(end[i]), s).indices(d)
                shape.append(len(range(b, e, s)))
            axes.append(i), starts.append(b), ends.append(e)
        y = self.node('Slice', [self.name(x), self.ints(starts), self.ints(ends), self.ints(axes),
                                self.ints([1 if i in squeeze else int(stride[i]) for i in axes])])
        if squeeze:
            y = self.node('Squeeze', [y, self.ints(squeeze)])
        return Value(shape, x.dtype, last=y)
