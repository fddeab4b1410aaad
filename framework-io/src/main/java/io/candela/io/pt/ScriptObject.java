package io.candela.io.pt;

/** An object of a TorchScript class while its pickle is read: of its state only tensors and further objects are used, of its code nothing. */
final class ScriptObject {
    /** A class of a TorchScript archive, known by nothing but its name. */
    record Class(String name) {
    }

    private final Class type;
    private Object state;

    ScriptObject(Class type) {
        this.type = type;
    }

    Class type() {
        return type;
    }

    /** @return null if the object has none */
    Object state() {
        return state;
    }

    void setState(Object state) {
        this.state = state;
    }
}
