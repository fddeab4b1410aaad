package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Deep copies of modules; each object is copied once, so that ties stay. */
final class ModuleCopier {
    private final Map<Object, Object> copies = new IdentityHashMap<>();

    @SuppressWarnings("unchecked") // a copy has its original's class
    <M extends Module> M copy(M module) {
        return (M) Autograd.noGrad(() -> copyModule(module));
    }

    /** Lets another module of the same class, or a subclass, stand in the copy where this one's would. */
    void replace(Module original, Module copy) {
        copies.put(original, copy);
    }

    private Module copyModule(Module module) {
        Module known = (Module) copies.get(module);
        if (known != null) {
            return known;
        }
        Module copy = module.shallowCopy();
        copies.put(module, copy);
        copy.separateFrom(module);
        module.ownParameters().forEach((name, tensor) -> copy.ownParameters().put(name, copyTensor(tensor)));
        module.ownBuffers().forEach((name, tensor) -> copy.ownBuffers().put(name, copyTensor(tensor)));
        module.ownChildren().forEach((name, child) -> copy.ownChildren().put(name, child == null ? null : copyModule(child)));
        copy.copyParametrized(this::copyTensor, this::copyModule);
        for (Class<?> type = module.getClass(); type != Module.class; type = type.getSuperclass()) {
            if (type != Layer.class) { // it and Module were separated above
                for (Field field : type.getDeclaredFields()) {
                    copyField(field, copy);
                }
            }
        }
        return copy;
    }

    private void copyField(Field field, Module copy) {
        if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
            return;
        }
        try {
            field.setAccessible(true);
            Object value = field.get(copy);
            Object copied = copyValue(value);
            if (copied != value) {
                field.set(copy, copied);
            }
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            throw new IllegalStateException("deepCopy: field %s of %s is closed to reflection; open package %s to io.candela.nn".formatted(
                    field.getName(), field.getDeclaringClass().getSimpleName(), field.getDeclaringClass().getPackageName()), e);
        }
    }

    private Tensor copyTensor(Tensor tensor) {
        if (tensor == null || copies.get(tensor) != null) {
            return (Tensor) copies.get(tensor);
        }
        Tensor copy = TensorScope.outlive(tensor.clone());
        copy.setRequiresGrad(tensor.requiresGrad());
        copies.put(tensor, copy);
        return copy;
    }

    private Object copyValue(Object value) {
        if (value instanceof Module module) {
            return copyModule(module);
        }
        if (value instanceof Tensor tensor) {
            return copyTensor(tensor);
        }
        if (copies.containsKey(value)) {
            return copies.get(value);
        }
        if (value != null && value.getClass().isArray()) {
            return copyArray(value);
        }
        if (value instanceof Collection<?> collection) {
            return copyCollection(collection);
        }
        return value instanceof Map<?, ?> map ? copyMap(map) : value;
    }

    private Object copyCollection(Collection<?> original) {
        Collection<Object> copy = original.getClass() == LinkedHashSet.class ? new LinkedHashSet<>()
                : original.getClass() == HashSet.class ? new HashSet<>()
                : original.getClass() == ArrayList.class ? new ArrayList<>()
                : isHidden(original) && original instanceof List ? new ArrayList<>()
                : isHidden(original) && original instanceof Set ? new LinkedHashSet<>()
                : null;
        if (copy == null) {
            return original;
        }
        Object seen = !isHidden(original) ? copy
                : copy instanceof List<Object> list ? Collections.unmodifiableList(list) : Collections.unmodifiableSet((Set<Object>) copy);
        copies.put(original, seen);
        original.forEach(element -> copy.add(copyValue(element)));
        return seen;
    }

    private Object copyMap(Map<?, ?> original) {
        Map<Object, Object> copy = original.getClass() == HashMap.class ? new HashMap<>()
                : original.getClass() == LinkedHashMap.class || isHidden(original) ? new LinkedHashMap<>()
                : null;
        if (copy == null) {
            return original;
        }
        Object seen = isHidden(original) ? Collections.unmodifiableMap(copy) : copy;
        copies.put(original, seen);
        original.forEach((key, value) -> copy.put(copyValue(key), copyValue(value)));
        return seen;
    }

    /** Whether nobody can have a field of this class, as with {@code List.of} and {@code Collections.unmodifiableMap}. */
    private static boolean isHidden(Object collection) {
        return !Modifier.isPublic(collection.getClass().getModifiers()) && collection.getClass().getName().startsWith("java.util.");
    }

    private Object copyArray(Object array) {
        int length = Array.getLength(array);
        Object copy = Array.newInstance(array.getClass().getComponentType(), length);
        copies.put(array, copy);
        for (int i = 0; i < length; i++) {
            Array.set(copy, i, copyValue(Array.get(array, i)));
        }
        return copy;
    }
}
