package io.candela.autograd;

import io.candela.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Map;

/** The nodes that one walk is limited to: those whose gradients are asked for, and the operations on the way there. */
final class Targets {
    private final boolean keep; // whether gradients are kept here instead of being accumulated in leaves
    private final Map<Node, Tensor[]> wanted = new IdentityHashMap<>(); // to one place for the gradient
    private final Map<Node, Boolean> onTheWay = new IdentityHashMap<>(); // whether a wanted node lies below

    /**
     * Looks for the ways from results to inputs.
     *
     * @param keep whether gradients are to be kept for {@link #gradient} instead of being accumulated
     */
    Targets(Node[] roots, Node[] inputs, boolean keep) {
        this.keep = keep;
        int lowest = Integer.MAX_VALUE;
        for (Node input : inputs) {
            wanted.putIfAbsent(input, new Tensor[1]);
            lowest = Math.min(lowest, input.depth);
        }
        for (Node root : roots) {
            explore(root, lowest);
        }
    }

    private void explore(Node root, int lowest) {
        ArrayDeque<Node> stack = new ArrayDeque<>(); // a node is met twice: to look at its inputs, and when they are done
        stack.push(root);
        while (!stack.isEmpty()) {
            Node node = stack.peek();
            if (!(node instanceof Op op) || node.depth <= lowest) { // inputs are less deep
                onTheWay.put(node, false);
                stack.pop();
                continue;
            }
            boolean done = onTheWay.containsKey(node);
            boolean leads = false;
            onTheWay.putIfAbsent(node, false);
            for (int i = 0; i < op.inputCount(); i++) {
                Node input = op.input(i);
                if (input == null) {
                    continue;
                }
                if (done || onTheWay.containsKey(input)) {
                    leads |= wanted.containsKey(input) || Boolean.TRUE.equals(onTheWay.get(input));
                } else {
                    stack.push(input);
                }
            }
            if (done || stack.peek() == node) {
                onTheWay.put(node, leads);
                stack.pop();
            }
        }
    }

    boolean includes(Node node) {
        return wanted.containsKey(node) || Boolean.TRUE.equals(onTheWay.get(node));
    }

    boolean keepsGradients() {
        return keep;
    }

    /** Keeps a gradient: it is not freed by the walk. */
    void keep(Node node, Tensor gradient) {
        Node key = node instanceof Leaf leaf ? leaf.tensor.gradNode() : node;
        Tensor[] place = wanted.get(key);
        if (place != null && place[0] == null) {
            gradient.storage().retainGradientSlot(); // never dropped
            place[0] = gradient;
        }
    }

    /** Notes the complete gradient of an operation's result; whether the walk goes on to its inputs. */
    boolean walksThrough(Op op, Tensor gradient) {
        if (keep && wanted.containsKey(op)) {
            keep(op, gradient);
        }
        return onTheWay.get(op);
    }

    /** What arrived at an input; null if nothing did. */
    Tensor gradient(Node input) {
        return wanted.get(input)[0];
    }
}
