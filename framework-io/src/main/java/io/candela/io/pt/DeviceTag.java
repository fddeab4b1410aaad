package io.candela.io.pt;

/**
 * A {@code torch.device} in a file, which need not exist on this machine.
 *
 * @param type  the kind of device, such as {@code cpu} or {@code cuda}
 * @param index which device of that kind, or −1 for none in particular
 */
public record DeviceTag(String type, int index) {
    /** PyTorch's spelling: {@code cpu}, {@code cuda:0}. */
    @Override
    public String toString() {
        return index < 0 ? type : type + ":" + index;
    }
}
