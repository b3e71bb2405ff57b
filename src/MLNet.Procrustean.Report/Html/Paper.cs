using System.Xml.Linq;

namespace MLNet.Procrustean.Report.Html;

/// <summary>A publication that a figure follows, as a link with its authors and year.</summary>
internal sealed record Paper(string Authors, string Address)
{
    public static readonly Paper Procrustean = new("Ye, Zhan, Chao 2021", "https://arxiv.org/abs/2104.01769");
    public static readonly Paper FeatureDeviation = new("Ye, Chen, Zhan, Chao 2020", "https://arxiv.org/abs/2001.01385");
    public static readonly Paper OpenLongTailed = new("Liu et al. 2019", "https://arxiv.org/abs/1904.05160");
    public static readonly Paper LayerPeeled = new("Fang, He, Long, Su 2021", "https://arxiv.org/abs/2101.12699");
    public static readonly Paper NeuralCollapse = new("Papyan, Han, Donoho 2020", "https://arxiv.org/abs/2008.08186");
    public static readonly Paper Calibration = new("Guo, Pleiss, Sun, Weinberger 2017", "https://arxiv.org/abs/1706.04599");
    public static readonly Paper CostSensitiveAttack = new("Terzi, Susto, Chaudhari 2020", "https://arxiv.org/abs/1910.03468");

    public XElement Link() => new("a", new XAttribute("href", Address), Authors);
}
