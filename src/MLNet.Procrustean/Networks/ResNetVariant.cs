namespace MLNet.Procrustean;

/// <summary>Details in which a <see cref="ResNet"/> differs from its first publication.</summary>
/// <remarks>
/// The letters are those of He, Zhang, Zhang, Zhang, Xie, Li, "Bag of Tricks for Image Classification with Convolutional Neural Networks"
/// (arXiv 1812.01187), section 4.2.
/// </remarks>
public enum ResNetVariant
{
    /// <summary>The stride of a bottleneck is on its 3×3 convolution. This is torchvision's network.</summary>
    B,

    /// <summary>
    /// Also, three 3×3 convolutions in place of the 7×7 one of the stem, and average pooling before the 1×1 convolution of a shortcut at
    /// half the resolution, so that no pixel is skipped.
    /// </summary>
    D,
}
