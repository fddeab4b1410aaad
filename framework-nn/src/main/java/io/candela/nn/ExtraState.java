package io.candela.nn;

/**
 * Implemented by a {@link Module} with state that is no tensor. It stands in the state dict under the key {@code _extra_state}; such a module
 * misses the key where it is absent, any other module refuses it.
 */
public interface ExtraState {
    /** The state: anything that a file can hold, that is maps, lists, strings, numbers, booleans and tensors. */
    Object extraState();

    /** Takes over what {@link #extraState()} returned. Should leave the module as it was if it throws. */
    void setExtraState(Object state);
}
